//! How long an MP3 plays: its frames are counted, since its head does not say.
//!
//! Source: ISO/IEC 11172-3 and 13818-3 (frames of layer III), ID3v2 (the tag before them).

/// Bits a second, in thousands, by the index in a frame's head: of version 1, and of 2 and 2.5.
const BIT_RATES: [[u32; 14]; 2] = [
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];
/// Samples a second of version 1; 2 has half of them, and 2.5 a quarter.
const SAMPLE_RATES: [u32; 3] = [44_100, 48_000, 32_000];
/// Between the tag and the first frame may stand so many bytes of nothing.
const MOST_PADDING: usize = 4_096;

struct Frame {
    bytes: usize,
    samples: u32,
    rate: u32,
}

/// How long it plays, in milliseconds. `None`: it is no such sound.
pub fn duration_ms(file: &[u8]) -> Option<u64> {
    let sound = file.get(tag(file)..)?;
    let starts = (0..sound.len().min(MOST_PADDING)).find(|at| is_start(&sound[*at..]))?;
    let (mut rest, mut micros) = (&sound[starts..], 0_u64);
    while let Some(frame) = frame(rest) {
        micros += u64::from(frame.samples) * 1_000_000 / u64::from(frame.rate);
        rest = rest.get(frame.bytes..).unwrap_or_default();
    }
    Some(micros / 1_000).filter(|ms| *ms > 0)
}

/// The length of an ID3v2 tag, which stands before everything.
fn tag(file: &[u8]) -> usize {
    let Some([b'I', b'D', b'3', _, _, flags, a, b, c, d]) = file.first_chunk::<10>() else { return 0 };
    let size = [a, b, c, d].iter().fold(0, |size, byte| size << 7 | usize::from(**byte & 0x7F));
    10 + size + if flags & 0x10 == 0 { 0 } else { 10 }
}

/// One that looks like a frame may be anything; two of them are none by chance.
fn is_start(bytes: &[u8]) -> bool {
    frame(bytes).is_some_and(|first| bytes.get(first.bytes..).is_some_and(|rest| frame(rest).is_some()))
}

fn frame(bytes: &[u8]) -> Option<Frame> {
    let [0xFF, second, third, _] = bytes.first_chunk::<4>()? else { return None };
    // Eleven ones, a version, and layer III.
    let version = (second >> 3) & 0b11;
    if second & 0xE0 != 0xE0 || version == 0b01 || (second >> 1) & 0b11 != 0b01 {
        return None;
    }
    let is_first = version == 0b11;
    let bits = *BIT_RATES[usize::from(!is_first)].get(usize::from(third >> 4).checked_sub(1)?)?;
    let rate = *SAMPLE_RATES.get(usize::from((third >> 2) & 0b11))?;
    let rate = match version {
        0b11 => rate,
        0b10 => rate / 2,
        _ => rate / 4,
    };
    let samples = if is_first { 1_152 } else { 576 };
    let bytes = usize::try_from(samples / 8 * bits * 1_000 / rate + u32::from((third >> 1) & 1)).ok()?;
    Some(Frame { bytes, samples, rate })
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// So many frames of 128,000 bits and 44,100 samples a second.
    pub fn sound(frames: usize) -> Vec<u8> {
        let frame = [&[0xFF, 0xFB, 0x90, 0x00][..], &[0; 413]].concat();
        frame.repeat(frames)
    }

    #[test]
    fn a_sound_is_as_long_as_its_frames() {
        assert_eq!(duration_ms(&sound(100)), Some(2_612));
        let tagged = [b"ID3\x04\0\0\0\0\x01\x00".as_slice(), &[0xFF; 128], &[0; 20], &sound(100), b"TAG"].concat();
        assert_eq!(duration_ms(&tagged), Some(2_612), "what stands before and behind it is none of it");
        // 2: 22,050 samples a second, 64,000 bits.
        let slow = [&[0xFF, 0xF3, 0x80, 0x00][..], &[0; 204]].concat().repeat(50);
        assert_eq!(duration_ms(&slow), Some(1_306));
    }

    #[test]
    fn what_is_no_sound_has_no_length_and_whatever_it_is_reading_it_ends() {
        let whole = sound(3);
        for nothing in
            [&b""[..], b"ID3", b"ID3\x04\0\0\x7F\x7F\x7F\x7F", &whole[..4], &[0xFF; 400], b"%PDF-1.7", &[0; 5_000]]
        {
            assert_eq!(duration_ms(nothing), None);
        }
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] = 0xFF;
            let _ = duration_ms(&changed);
            let _ = duration_ms(&whole[at..]);
        }
    }
}
