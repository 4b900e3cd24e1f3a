//! A picture as LINE takes it: read by what it is, turned as it was held, without where and with what it was taken, and a small one beside it.
//!
//! Source: LINE Messaging API reference, "Image message" (2026-08): JPEG or PNG, the picture up to 10 MB, its preview up to 1 MB.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use musubi::domain::file::FileKind;
use musubi::domain::language::Language;

/// A picture that says it is larger is not unpacked, in pixels: 20 million take 80 MB.
const MOST_PIXELS: u64 = 20_000_000;
/// What unpacking it may take, in bytes.
const MOST_ALLOC_BYTES: u64 = 100_000_000;
/// A side is no longer than this, in pixels: no phone shows more.
const SIDE: u32 = 2_048;
/// The same of the small one.
const PREVIEW_SIDE: u32 = 640;
/// The same of one that only shows what somebody sent.
const SHOWN_SIDE: u32 = 480;
/// So large is one of these at most, in bytes: four of them, in base64, within the 1 MB that HubSpot carries to a card.
const MOST_SHOWN_BYTES: usize = 170_000;
/// A JPEG's quality, of 100.
const QUALITY: u8 = 85;

/// A picture for LINE: two JPEGs.
#[derive(Debug)]
pub struct Prepared {
    /// The picture.
    pub whole: Vec<u8>,
    /// The small one.
    pub preview: Vec<u8>,
}

/// Why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPicture {
    /// It has more pixels than are unpacked.
    TooManyPixels,
    /// It is no JPEG, PNG, GIF or WebP, whatever it calls itself.
    Unknown,
    /// It is one of these, and broken.
    Broken,
}

impl NoPicture {
    /// In words for who handed it in.
    pub fn words(self, language: Language) -> &'static str {
        match self {
            Self::TooManyPixels => language.pick(
                "画像の画素数が多すぎます。2,000万画素まで送れます。小さくしてからお試しください。",
                "The picture has too many pixels: 20 million at most. Make it smaller and try again.",
            ),
            Self::Unknown => language.pick(
                "送れる画像はJPEG、PNG、GIF、WebPです。HEICなどの場合は、JPEGで保存し直してからお試しください。",
                "A picture is a JPEG, PNG, GIF or WebP. Save another kind, such as HEIC, as JPEG and try again.",
            ),
            Self::Broken => language.pick(
                "画像を読み取れませんでした。ファイルが壊れていないか確認してください。",
                "The picture could not be read. Look whether the file is broken.",
            ),
        }
    }
}

/// Makes a picture for LINE of what somebody handed in. Of a moving one the first image; what is transparent is white.
///
/// # Errors
/// Says why there is none; nothing larger than the limits is unpacked for that.
pub fn prepared(bytes: &[u8]) -> Result<Prepared, NoPicture> {
    let picture = read(bytes)?;
    let jpeg = |side| packed(&on_white(&shrunk(&picture, side)));
    Ok(Prepared { whole: jpeg(SIDE)?, preview: jpeg(PREVIEW_SIDE)? })
}

/// A picture that somebody sent, as a small JPEG to be looked at.
///
/// # Errors
/// As [`prepared`].
pub fn small(bytes: &[u8]) -> Result<Vec<u8>, NoPicture> {
    let picture = read(bytes)?;
    let jpeg = |side| packed(&on_white(&shrunk(&picture, side)));
    let shown = jpeg(SHOWN_SIDE)?;
    if shown.len() <= MOST_SHOWN_BYTES { Ok(shown) } else { jpeg(SHOWN_SIDE / 2) }
}

/// What stands for a film until it is played: a dark area in the film's own proportions, and the sign to play. Nothing of the film is unpacked.
///
/// # Errors
/// It cannot be packed.
pub fn of_film((width, height): (u32, u32)) -> Result<Vec<u8>, NoPicture> {
    let longer = u64::from(width.max(height).max(1));
    let side = |side: u32| u32::try_from(u64::from(side) * u64::from(PREVIEW_SIDE) / longer).unwrap_or(1).max(1);
    let (width, height) = (side(width), side(height));
    // The sign's middle, and half of its height.
    let (middle_x, middle_y, half) = (i64::from(width / 2), i64::from(height / 2), i64::from(width.min(height) / 6));
    let is_sign = |x: u32, y: u32| {
        let (right, down) = (i64::from(x) - middle_x + half / 2, (i64::from(y) - middle_y).abs());
        right >= 0 && down <= half && right <= (half - down) * 3 / 2
    };
    packed(&RgbImage::from_fn(width, height, |x, y| if is_sign(x, y) { Rgb([240; 3]) } else { Rgb([48; 3]) }))
}

fn read(bytes: &[u8]) -> Result<DynamicImage, NoPicture> {
    let format = match FileKind::sniffed(bytes) {
        FileKind::Jpeg => ImageFormat::Jpeg,
        FileKind::Png => ImageFormat::Png,
        FileKind::Gif => ImageFormat::Gif,
        FileKind::WebP => ImageFormat::WebP,
        _ => return Err(NoPicture::Unknown),
    };
    unpacked(bytes, format)
}

fn unpacked(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, NoPicture> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_ALLOC_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| NoPicture::Broken)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_ALLOC_BYTES {
        return Err(NoPicture::TooManyPixels);
    }
    // How the camera was held stands beside the pixels, and goes with everything else that stands there.
    let held = decoder.orientation().map_err(|_| NoPicture::Broken)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| NoPicture::Broken)?;
    picture.apply_orientation(held);
    Ok(picture)
}

fn shrunk(picture: &DynamicImage, side: u32) -> DynamicImage {
    if picture.width().max(picture.height()) <= side { picture.clone() } else { picture.thumbnail(side, side) }
}

fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let seen = picture.to_rgba8();
    RgbImage::from_fn(seen.width(), seen.height(), |x, y| {
        let [red, green, blue, alpha] = seen.get_pixel(x, y).0.map(u32::from);
        Rgb([red, green, blue].map(|part| u8::try_from((part * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)))
    })
}

fn packed(picture: &RgbImage) -> Result<Vec<u8>, NoPicture> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(picture).map_err(|_| NoPicture::Broken)?;
    Ok(jpeg)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of this size in this format: red above, green below.
    fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let pixel = |_, y| if y < height / 2 { Rgb([200, 0, 0]) } else { Rgb([0, 200, 0]) };
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::from(RgbImage::from_fn(width, height, pixel)).write_to(&mut bytes, format).expect("written");
        bytes.into_inner()
    }

    fn seen(jpeg: &[u8]) -> RgbImage {
        assert_eq!(FileKind::sniffed(jpeg), FileKind::Jpeg);
        image::load_from_memory(jpeg).expect("a JPEG").to_rgb8()
    }

    /// The EXIF of a JPEG that was taken with the camera turned by a quarter, in Tokyo.
    fn with_exif(jpeg: &[u8]) -> Vec<u8> {
        let mut exif = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x02".to_vec();
        // Orientation (0x0112), SHORT, 1, 6: turned clockwise; ImageDescription (0x010E), ASCII, 5, at 38.
        exif.extend(b"\x01\x0E\0\x02\0\0\0\x06\0\0\0\x26\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0Tokyo\0");
        let length = u16::try_from(exif.len() + 2).expect("short").to_be_bytes();
        [&jpeg[..2], b"\xFF\xE1", &length, &exif, &jpeg[2..]].concat()
    }

    #[test]
    fn whatever_comes_in_leaves_as_two_jpegs_within_lines_limits() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP] {
            let Ok(Prepared { whole, preview }) = prepared(&picture(2_600, 1_300, format)) else {
                panic!("{format:?}")
            };
            assert!(whole.len() < 10_000_000 && preview.len() < 1_000_000);
            let (whole, preview) = (seen(&whole), seen(&preview));
            assert_eq!((whole.dimensions(), preview.dimensions()), ((2_048, 1_024), (640, 320)), "{format:?}");
            assert!(preview.get_pixel(10, 10)[0] > 150 && preview.get_pixel(10, 310)[1] > 150, "{format:?}");
        }
        assert_eq!(seen(&prepared(&picture(7, 5, ImageFormat::Png)).expect("small").whole).dimensions(), (7, 5));
    }

    #[test]
    fn it_stands_as_it_was_held_and_says_not_where_it_was_taken() {
        let taken = with_exif(&picture(40, 20, ImageFormat::Jpeg));
        assert!(taken.windows(5).any(|part| part == b"Tokyo"));
        let Prepared { whole, preview } = prepared(&taken).expect("a picture");
        for jpeg in [whole, preview] {
            assert!(!jpeg.windows(4).any(|part| part == b"Exif" || part == b"Toky"));
            let turned = seen(&jpeg);
            assert_eq!(turned.dimensions(), (20, 40));
            assert!(turned.get_pixel(2, 20)[1] > 150 && turned.get_pixel(17, 20)[0] > 150, "red is at the right");
        }
    }

    #[test]
    fn four_that_are_shown_fit_into_one_answer_whatever_they_show() {
        // Noise: nothing packs worse.
        let mut state = 1_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            u8::try_from(state >> 24).expect("a byte")
        };
        let noise = RgbImage::from_fn(900, 900, |_, _| Rgb([noise(), noise(), noise()]));
        let mut png = Cursor::new(Vec::new());
        DynamicImage::from(noise.clone()).write_to(&mut png, ImageFormat::Png).expect("written");
        assert!(packed(&noise).expect("a JPEG").len() > MOST_SHOWN_BYTES);
        let worst = image::imageops::crop_imm(&noise, 0, 0, SHOWN_SIDE, SHOWN_SIDE).to_image();
        let mut as_it_is = Cursor::new(Vec::new());
        DynamicImage::from(worst).write_to(&mut as_it_is, ImageFormat::Png).expect("written");
        for (bytes, side) in [(png.into_inner(), None), (as_it_is.into_inner(), Some(SHOWN_SIDE / 2))] {
            let shown = small(&bytes).expect("a picture");
            assert!(shown.len() <= MOST_SHOWN_BYTES, "{} bytes", shown.len());
            let in_base64 = shown.len().div_ceil(3) * 4;
            assert!(4 * (in_base64 + 100) < 1_000_000, "beside their names");
            assert!(side.is_none_or(|side| seen(&shown).width() == side), "{}", seen(&shown).width());
        }
    }

    #[test]
    fn what_stands_for_a_film_has_its_proportions_and_a_sign() {
        for (film, preview) in [
            ((1_920, 1_080), (640, 360)),
            ((1_080, 1_920), (360, 640)),
            ((320, 240), (640, 480)),
            ((65_535, 1), (640, 1)),
            ((u32::MAX, u32::MAX), (640, 640)),
        ] {
            let drawn = seen(&of_film(film).expect("a picture"));
            assert_eq!(drawn.dimensions(), preview);
            assert!(drawn.get_pixel(0, 0)[0] < 80, "dark");
            let middle = drawn.get_pixel(preview.0 / 2, preview.1 / 2)[0];
            assert!(middle > 200 || preview.1 == 1, "{film:?}: the sign is {middle}");
        }
    }

    #[test]
    fn what_is_transparent_is_white() {
        let mut png = Cursor::new(Vec::new());
        DynamicImage::new_rgba8(4, 4).write_to(&mut png, ImageFormat::Png).expect("written");
        let whole = prepared(&png.into_inner()).expect("a picture").whole;
        assert!(seen(&whole).pixels().all(|pixel| pixel.0.iter().all(|part| *part > 250)));
    }

    #[test]
    fn bombs_lies_and_shreds_are_refused_in_words_and_not_unpacked() {
        // A PNG that says it is 50,000 pixels wide and high, in a few bytes.
        let mut bomb = picture(1, 1, ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0xC3, 0x50, 0, 0, 0xC3, 0x50]);
        let crc = crc32(&bomb[12..29]).to_be_bytes();
        bomb[29..33].copy_from_slice(&crc);
        let gif = [b"GIF89a\xFF\xFF\xFF\xFF\0\0\0".as_slice(), b",\0\0\0\0\xFF\xFF\xFF\xFF\0"].concat();
        let jpeg = picture(40, 20, ImageFormat::Jpeg);
        let cases: [(&[u8], NoPicture); 8] = [
            (b"", NoPicture::Unknown),
            (&bomb, NoPicture::TooManyPixels),
            (&gif, NoPicture::TooManyPixels),
            (&jpeg[..40], NoPicture::Broken),
            (b"\x89PNG\r\n\x1A\n", NoPicture::Broken),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", NoPicture::Unknown),
            (b"\0\0\0\x20ftypheic", NoPicture::Unknown),
            (b"%PDF-1.7", NoPicture::Unknown),
        ];
        for (bytes, why) in cases {
            assert_eq!(prepared(bytes).err(), Some(why), "{}", bytes[..bytes.len().min(20)].escape_ascii());
            assert!(!why.words(Language::Japanese).is_empty() && !why.words(Language::English).is_empty());
        }
    }

    /// CRC-32 as PNG has it (ISO 3309), bit by bit.
    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 })
        })
    }
}
