//! Global ids seen from outside: the key inside one, and an id of the same kind that belongs to nothing.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// The check at the end of an id: CRC-8 with the polynomial 0x07, begun at 0x5A.
fn check(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0x5A, |sum: u8, byte| {
        (0..8).fold(sum ^ byte, |sum: u8, _| if sum & 0x80 == 0 { sum << 1 } else { (sum << 1) ^ 0x07 })
    })
}

/// Kind, key and check of an id.
fn open(id: &str) -> Option<(u8, [u8; 16])> {
    let bytes = URL_SAFE_NO_PAD.decode(id).ok()?;
    let (sum, body) = bytes.split_last()?;
    let (kind, key) = body.split_first()?;
    (check(body) == *sum).then_some(())?;
    Some((*kind, key.try_into().ok()?))
}

/// The key as a UUID in text.
pub fn raw(id: &str) -> Option<String> {
    let (_, key) = open(id)?;
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]))
}

/// A well-formed id of the same kind whose key belongs to nothing.
pub fn nobody(id: &str) -> Option<String> {
    let (kind, key) = open(id)?;
    let mut bytes = vec![kind];
    // The random part is turned over, the time and the version stay.
    bytes.extend(key.iter().enumerate().map(|(at, byte)| if at > 8 { !byte } else { *byte }));
    bytes.push(check(&bytes));
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_id_of_the_same_kind() {
        let mut bytes = vec![b'p'];
        bytes.extend([0x11; 16]);
        bytes.push(check(&bytes));
        let id = URL_SAFE_NO_PAD.encode(&bytes);
        assert_eq!(raw(&id).unwrap(), "11111111-1111-1111-1111-111111111111");
        let other = nobody(&id).unwrap();
        assert_eq!(raw(&other).unwrap(), "11111111-1111-1111-11ee-eeeeeeeeeeee");
        assert!(raw("cAGi").is_none() && nobody("").is_none());
    }
}
