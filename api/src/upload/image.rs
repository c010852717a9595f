//! How many pixels an image has, by its header alone: no decoder sees a byte of it.

use super::UploadError;

/// Pixels of an image: 40 million are 8000 x 5000, and 160 MB when decoded.
pub const MAX_PIXELS: u64 = 40_000_000;

/// Pixels on one side.
pub const MAX_SIDE: u32 = 16_384;

/// What a PNG begins with.
pub(super) const PNG: &[u8] = b"\x89PNG\r\n\x1A\n";

/// What a JPEG begins with.
pub(super) const JPEG: &[u8] = b"\xFF\xD8\xFF";

/// Refuses an image of too many pixels.
pub(super) fn check((width, height): (u32, u32)) -> Result<(), UploadError> {
    let pixels = u64::from(width).saturating_mul(u64::from(height));
    if pixels > MAX_PIXELS || width.max(height) > MAX_SIDE {
        return Err(UploadError::Pixels { width, height });
    }
    Ok(())
}

fn number(bytes: &[u8], from: usize, length: usize) -> Option<u32> {
    let part = bytes.get(from..from.checked_add(length)?)?;
    Some(part.iter().fold(0_u32, |number, byte| number.wrapping_shl(8) | u32::from(*byte)))
}

fn of(width: Option<u32>, height: Option<u32>) -> Result<(u32, u32), UploadError> {
    match (width, height) {
        (Some(width), Some(height)) if width > 0 && height > 0 => Ok((width, height)),
        (Some(_), Some(_)) => Err(UploadError::Image("it has no pixels")),
        _ => Err(UploadError::Image("it ends too early")),
    }
}

/// Width and height of a PNG: its first chunk must be `IHDR`.
pub(super) fn png(bytes: &[u8]) -> Result<(u32, u32), UploadError> {
    if bytes.get(8..16) != Some(b"\0\0\0\x0DIHDR") {
        return Err(UploadError::Image("a PNG begins with IHDR"));
    }
    of(number(bytes, 16, 4), number(bytes, 20, 4))
}

/// Width and height of a JPEG: of its first frame header (`SOF`), before the image data.
pub(super) fn jpeg(bytes: &[u8]) -> Result<(u32, u32), UploadError> {
    let early = UploadError::Image("it ends before its frame header");
    let mut place = 2_usize;
    loop {
        if bytes.get(place) != Some(&0xFF) {
            return Err(UploadError::Image("a marker is missing"));
        }
        // Any number of fill bytes may stand before a marker.
        while bytes.get(place) == Some(&0xFF) {
            place = place.saturating_add(1);
        }
        let Some(marker) = bytes.get(place) else { return Err(early) };
        place = place.saturating_add(1);
        match marker {
            // Standalone.
            0x01 | 0xD0..=0xD7 => {}
            0xD8..=0xDA => return Err(early),
            marker => {
                let Some(length) = number(bytes, place, 2).filter(|length| *length >= 2) else {
                    return Err(early);
                };
                if matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC) {
                    let (height, width) = (place.saturating_add(3), place.saturating_add(5));
                    return of(number(bytes, width, 2), number(bytes, height, 2));
                }
                place = place.saturating_add(length as usize);
            }
        }
    }
}
