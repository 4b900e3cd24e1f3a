//! QR codes, made here and by nobody else: an address in a picture is a matter between its owner and the person who scans it.
//!
//! Black on white, error correction M, a quiet zone of four modules as ISO/IEC 18004 asks.

use qrcode::{Color, EcLevel, QrCode};

/// Modules of white around the code.
const QUIET_MODULES: usize = 4;
/// A PNG comes as near to this as whole pixels per module allow.
const PNG_PIXELS: usize = 600;

/// A QR code that is ready to be drawn.
pub struct Qr {
    side: usize,
    dark: Vec<bool>,
}

/// The text does not fit into a QR code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is too long for a QR code")]
pub struct TooLong;

impl Qr {
    /// Makes the code of a text. The same text gives the same code.
    ///
    /// # Errors
    /// A text of more than 2,331 bytes does not fit.
    pub fn of(text: &str) -> Result<Self, TooLong> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| TooLong)?;
        let dark = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
        Ok(Self { side: code.width(), dark })
    }

    /// An SVG document, one unit a module; it may stand in a page as it is.
    pub fn svg(&self) -> String {
        let side = self.side + 2 * QUIET_MODULES;
        let mut path = String::new();
        for (y, row) in self.dark.chunks(self.side).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|a, b| a == b) {
                if run[0] {
                    let (left, top, length) = (x + QUIET_MODULES, y + QUIET_MODULES, run.len());
                    path.push_str(&format!("M{left} {top}h{length}v1h-{length}z"));
                }
                x += run.len();
            }
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" width=\"{PNG_PIXELS}\" \
             height=\"{PNG_PIXELS}\" role=\"img\" aria-label=\"QR\" shape-rendering=\"crispEdges\">\
             <path fill=\"#fff\" d=\"M0 0h{side}v{side}h-{side}z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
        )
    }

    /// A PNG of about 600 by 600 pixels, one bit a pixel. A very large code, whose modules would be less than three pixels,
    /// is drawn larger instead.
    pub fn png(&self) -> Vec<u8> {
        let modules = self.side + 2 * QUIET_MODULES;
        let scale = ((PNG_PIXELS + modules / 2) / modules).max(3);
        let side = modules * scale;
        let mut rows = Vec::with_capacity(side * side.div_ceil(8));
        for y in 0..modules {
            let mut row = vec![0u8; side.div_ceil(8)];
            for pixel in (0..side).filter(|pixel| !self.is_dark(pixel / scale, y)) {
                row[pixel / 8] |= 0x80 >> (pixel % 8);
            }
            for _ in 0..scale {
                rows.extend_from_slice(&row);
            }
        }
        let mut png = Vec::new();
        let side = u32::try_from(side).expect("a QR code has at most 177 modules a side");
        let mut encoder = png::Encoder::new(&mut png, side, side);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&rows));
        written.expect("writing into memory does not fail, and the rows have the length that the header says");
        png
    }

    /// Column and row count from the corner of the quiet zone.
    fn is_dark(&self, x: usize, y: usize) -> bool {
        let inside = |at: usize| at.checked_sub(QUIET_MODULES).filter(|at| *at < self.side);
        inside(x).zip(inside(y)).is_some_and(|(x, y)| self.dark[y * self.side + x])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "https://musubi.example/line/1657000001/login?route=flyer-2026_spring";

    /// Reads the one code of a grey picture.
    fn scan(side: usize, grey: impl FnMut(usize, usize) -> u8) -> String {
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(side, side, grey);
        let grids = picture.detect_grids();
        assert_eq!(grids.len(), 1, "one code");
        let (meta, text) = grids[0].decode().unwrap();
        assert_eq!(meta.ecc_level, 0, "error correction M is written as 00");
        text
    }

    fn pixels(png: &[u8]) -> (usize, Vec<u8>) {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut grey = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut grey).unwrap();
        assert_eq!(frame.width, frame.height);
        (frame.width as usize, grey)
    }

    /// Draws what the SVG's second path says, eight pixels a unit: rectangles of height one, and nothing else.
    fn draw(svg: &str) -> (usize, Vec<u8>) {
        let side: usize = svg.split_once("viewBox=\"0 0 ").unwrap().1.split(' ').next().unwrap().parse().unwrap();
        let path = svg.split_once("fill=\"#000\" d=\"").unwrap().1.split_once('"').unwrap().0;
        let mut grey = vec![255; side * 8 * side * 8];
        for rectangle in path.split_terminator('z') {
            let (x, rest) = rectangle.strip_prefix('M').unwrap().split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let (length, rest) = rest.split_once('v').unwrap();
            assert_eq!(rest, format!("1h-{length}"));
            let [x, y, length] = [x, y, length].map(|number| number.parse::<usize>().unwrap());
            for at in (y * 8..(y + 1) * 8).flat_map(|y| (x * 8..(x + length) * 8).map(move |x| y * side * 8 + x)) {
                grey[at] = 0;
            }
        }
        (side * 8, grey)
    }

    #[test]
    fn a_decoder_reads_the_same_text_from_both_pictures() {
        for text in [ADDRESS, "https://liff.line.me/1657000002-AbcdEfgh?route=a", "連携", &"a".repeat(600)] {
            let qr = Qr::of(text).unwrap();
            for (side, grey) in [pixels(&qr.png()), draw(&qr.svg())] {
                assert_eq!(scan(side, |x, y| grey[y * side + x]), text);
            }
        }
    }

    #[test]
    fn the_png_is_about_600_pixels_with_four_white_modules_around() {
        let qr = Qr::of(ADDRESS).unwrap();
        let (side, grey) = pixels(&qr.png());
        assert!((560..=640).contains(&side), "{side}");
        let quiet = 4 * side / (qr.side + 8);
        let is_quiet = |at: usize| at < quiet || at >= side - quiet;
        assert!((0..side * side).all(|at| grey[at] == 255 || !(is_quiet(at % side) || is_quiet(at / side))));
        assert_eq!(grey[quiet * side + quiet], 0, "the first module of a finder is dark");
    }

    #[test]
    fn a_text_that_does_not_fit_is_refused() {
        assert!(Qr::of(&"a".repeat(2_331)).is_ok());
        assert_eq!(Qr::of(&"a".repeat(2_332)).err(), Some(TooLong));
    }
}
