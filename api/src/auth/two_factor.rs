//! One-time codes of a second factor (RFC 6238): six digits, thirty seconds, one step of grace on either side.

use aws_lc_rs::rand::SecureRandom;
use totp_rs::{Builder, Secret as TotpSecret, Totp};

use super::secret::NoRandomness;

/// A fresh shared secret in base 32, of 160 random bits.
///
/// # Errors
/// The system gives no random numbers.
pub fn new_secret() -> Result<String, NoRandomness> {
    let mut bytes = [0_u8; 20];
    aws_lc_rs::rand::SystemRandom::new().fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(TotpSecret::from(bytes).to_base32())
}

/// The step of a code that is right at a time, in seconds since 1970; none for a wrong one.
///
/// The caller refuses a step that is not above the last one that counted.
pub fn step_of(secret: &str, code: &str, now: i64) -> Option<i64> {
    let code = code.trim();
    if code.len() != 6 || !code.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let step = totp(secret)?.check(code, u64::try_from(now).ok()?)?;
    i64::try_from(step).ok()
}

/// Where an authenticator reads the secret from.
pub fn address(secret: &str, account: &str) -> String {
    let account: String = account
        .bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect();
    format!("otpauth://totp/Caravanserai:{account}?secret={secret}&issuer=Caravanserai")
}

fn totp(secret: &str) -> Option<Totp> {
    let secret = TotpSecret::try_from_base32(secret).ok()?;
    Builder::new().with_secret(secret).with_skew(1).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_the_standard_counts_in_its_time() {
        // RFC 6238, appendix B: the secret 12345678901234567890 at 59 s gives 94287082, of which six digits are used.
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        assert_eq!(step_of(secret, "287082", 59), Some(1));
        assert_eq!(step_of(secret, "287082", 59 + 30), Some(1), "one step of grace");
        assert_eq!(step_of(secret, "287082", 59 + 90), None);
        assert_eq!(step_of(secret, "287083", 59), None);
        assert_eq!(step_of(secret, "28708", 59), None);
        assert_eq!(new_secret().unwrap().len(), 32);
        assert_eq!(
            address(secret, "ana@x.example"),
            format!("otpauth://totp/Caravanserai:ana%40x.example?secret={secret}&issuer=Caravanserai")
        );
    }
}
