//! What an MP4 file says of itself: how large its picture is, and how long it plays. Nothing is unpacked: the boxes of its head are read, each
//! within the one that holds it, and none is believed to be longer than what is there.
//!
//! Source: ISO/IEC 14496-12 (ISO base media file format): `moov`, `mvhd`, `mvex` and `mehd`, `trak`, `tkhd`, `mdia` and `hdlr`.

/// What the head says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movie {
    /// Width and height of the picture as it is shown, in pixels. `None`: it has none.
    pub picture: Option<(u32, u32)>,
    /// It has a sound.
    pub has_sound: bool,
    /// How long it plays, in milliseconds. `None`: it does not say.
    pub duration_ms: Option<u64>,
}

/// Reads it. `None`: there is no head.
pub fn read(file: &[u8]) -> Option<Movie> {
    let movie = inside(file, b"moov")?;
    let tracks = || boxes(movie).filter(|(kind, _)| kind == b"trak").map(|(_, track)| track);
    Some(Movie {
        picture: tracks().filter(|track| is_of(track, b"vide")).find_map(shown),
        has_sound: tracks().any(|track| is_of(track, b"soun")),
        duration_ms: duration_ms(movie),
    })
}

/// The boxes that stand one behind the other here. One that says that it is longer than what is left ends them.
fn boxes(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let kind = four(rest, 4)?;
        let (head, whole) = match u32_at(rest, 0)? {
            0 => (8, rest.len()),
            1 => (16, usize::try_from(u64_at(rest, 8)?).ok()?),
            whole => (8, usize::try_from(whole).ok()?),
        };
        let inside = rest.get(head..whole)?;
        rest = &rest[whole..];
        Some((kind, inside))
    })
}

fn inside<'a>(bytes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(bytes).find(|(of, _)| of == kind).map(|(_, inside)| inside)
}

fn is_of(track: &[u8], handler: &[u8; 4]) -> bool {
    let head = inside(track, b"mdia").and_then(|media| inside(media, b"hdlr"));
    head.and_then(|head| four(head, 8)) == Some(*handler)
}

/// How a track's picture is shown: one that was filmed upright says that it is turned.
fn shown(track: &[u8]) -> Option<(u32, u32)> {
    let head = inside(track, b"tkhd")?;
    let matrix = if is_long(head)? { 52 } else { 40 };
    // Sides are in 1/65536 of a pixel, and a half rounds up.
    let side = |at| Some(u32::try_from((u64::from(u32_at(head, at)?) + 0x8000) >> 16).ok()?).filter(|side| *side > 0);
    let (width, height) = (side(matrix + 36)?, side(matrix + 40)?);
    let is_turned = u32_at(head, matrix)? == 0 && u32_at(head, matrix + 16)? == 0;
    Some(if is_turned { (height, width) } else { (width, height) })
}

/// All of it, or all of its fragments.
fn duration_ms(movie: &[u8]) -> Option<u64> {
    let head = inside(movie, b"mvhd")?;
    let (scale, whole) =
        if is_long(head)? { (u32_at(head, 20)?, long(head, 24)) } else { (u32_at(head, 12)?, short(head, 16)) };
    let fragments = || {
        let head = inside(movie, b"mvex").and_then(|extends| inside(extends, b"mehd"))?;
        if is_long(head)? { long(head, 4) } else { short(head, 4) }
    };
    let ms = u128::from(whole.or_else(fragments)?) * 1_000 / u128::from(Some(scale).filter(|scale| *scale > 0)?);
    u64::try_from(ms).ok().filter(|ms| *ms > 0)
}

/// A box of version 1 has long times.
fn is_long(head: &[u8]) -> Option<bool> {
    head.first().map(|version| *version == 1)
}

/// A time; all ones say that it is not known.
fn short(bytes: &[u8], at: usize) -> Option<u64> {
    u32_at(bytes, at).filter(|time| ![0, u32::MAX].contains(time)).map(u64::from)
}

fn long(bytes: &[u8], at: usize) -> Option<u64> {
    u64_at(bytes, at).filter(|time| ![0, u64::MAX].contains(time))
}

fn four(bytes: &[u8], at: usize) -> Option<[u8; 4]> {
    bytes.get(at..at + 4)?.try_into().ok()
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    four(bytes, at).map(u32::from_be_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

#[cfg(test)]
pub mod tests {
    use super::*;

    fn boxed(kind: &[u8; 4], inside: &[u8]) -> Vec<u8> {
        let whole = u32::try_from(inside.len() + 8).expect("short").to_be_bytes();
        [&whole[..], kind, inside].concat()
    }

    fn track(handler: &[u8; 4], (width, height): (u32, u32), is_turned: bool) -> Vec<u8> {
        let one = if is_turned { 0 } else { 0x1_0000_u32 }.to_be_bytes();
        let matrix = [&one[..], &[0; 12], &one, &[0; 16]].concat();
        let sides = [(width << 16).to_be_bytes(), (height << 16).to_be_bytes()].concat();
        let head = boxed(b"tkhd", &[&[0; 40][..], &matrix, &sides].concat());
        let handler = boxed(b"hdlr", &[&[0; 8][..], handler, &[0; 12]].concat());
        boxed(b"trak", &[head, boxed(b"mdia", &handler)].concat())
    }

    fn movie_head(scale: u32, duration: u32) -> Vec<u8> {
        boxed(b"mvhd", &[&[0; 12][..], &scale.to_be_bytes(), &duration.to_be_bytes(), &[0; 80]].concat())
    }

    fn file(brand: &[u8; 4], movie: &[Vec<u8>]) -> Vec<u8> {
        let kind = boxed(b"ftyp", &[&brand[..], &[0; 4]].concat());
        [kind, boxed(b"mdat", &[7; 50]), boxed(b"moov", &movie.concat())].concat()
    }

    /// A film of this size that plays for two and a half seconds.
    pub fn film(size: (u32, u32), is_turned: bool) -> Vec<u8> {
        file(b"isom", &[movie_head(600, 1_500), track(b"soun", (0, 0), false), track(b"vide", size, is_turned)])
    }

    /// A sound alone, in the same kind of file.
    pub fn sound(brand: &[u8; 4]) -> Vec<u8> {
        file(brand, &[movie_head(44_100, 66_150), track(b"soun", (0, 0), false)])
    }

    #[test]
    fn a_film_says_how_large_it_is_shown_and_how_long_it_plays() {
        let read = |file: &[u8]| read(file).expect("a head");
        let flat = Movie { picture: Some((1_920, 1_080)), has_sound: true, duration_ms: Some(2_500) };
        assert_eq!(read(&film((1_920, 1_080), false)), flat);
        assert_eq!(read(&film((1_920, 1_080), true)).picture, Some((1_080, 1_920)), "filmed upright");
        assert_eq!(read(&sound(b"M4A ")), Movie { picture: None, has_sound: true, duration_ms: Some(1_500) });
        let fragments = boxed(b"mvex", &boxed(b"mehd", &[[0; 4], 3_000_u32.to_be_bytes()].concat()));
        let fragmented = file(b"isom", &[movie_head(1_000, 0), fragments]);
        assert_eq!(read(&fragmented).duration_ms, Some(3_000));
        for (scale, duration) in [(0, 5), (600, 0), (600, u32::MAX), (u32::MAX, 1)] {
            assert_eq!(read(&file(b"isom", &[movie_head(scale, duration)])).duration_ms, None, "{scale} {duration}");
        }
    }

    #[test]
    fn whatever_the_bytes_are_reading_them_ends() {
        let film = film((640, 480), false);
        for cut in 0..film.len() {
            let _ = read(&film[..cut]);
        }
        for at in 0..film.len() {
            for byte in [0, 1, 0x7F, 0xFF] {
                let mut changed = film.clone();
                changed[at] = byte;
                let _ = read(&changed);
            }
        }
        for nothing in
            [&b""[..], b"\0\0\0\x08moov", &[0; 64], &[0xFF; 64], b"\0\0\0\x01moov\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"]
        {
            assert_eq!(read(nothing).and_then(|movie| movie.picture), None);
        }
    }
}
