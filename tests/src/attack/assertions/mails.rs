//! Checks of mails and of tables that leave the server.

use super::{Finding, told};
use crate::attack::{mail::Mail, trial::Trial};

/// Mails since the case began: those to whoever was erased, where somebody was, else all.
fn since(trial: &Trial<'_>) -> Result<Vec<Mail>, String> {
    if trial.stage.mail_dir.is_none() {
        return Err("mails are not at hand: give --mail-dir or --serve".to_owned());
    }
    let mails = trial.stage.mails().into_iter().skip(trial.mails_before);
    let erased = trial.saved.get("erased");
    Ok(mails.filter(|mail| erased.is_none_or(|address| mail.is_to(address))).collect())
}

/// As many mails came as the text says: one, or none.
pub async fn count(trial: &Trial<'_>, text: &str) -> Finding {
    let lower = text.to_lowercase();
    let wanted = usize::from(lower.contains("one m"));
    // One too many may come late, and the only one may not be there yet.
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let came = since(trial)?.len();
    if came == wanted { Ok(()) } else { Err(format!("{came} mails")) }
}

/// Lines of mails end as the protocol has them, whatever the text had, so that none of them ends the message.
pub fn lines(trial: &Trial<'_>) -> Finding {
    let mails = since(trial)?;
    match mails.iter().find(|mail| !mail.is_well_lined) {
        Some(mail) => {
            Err(format!("a mail to {} has a line that ends otherwise", mail.field("to").unwrap_or_default()))
        }
        None if mails.is_empty() => Err("no mail to look at".to_owned()),
        None => Ok(()),
    }
}

/// No mail since names the listing that was taken back.
pub fn not_mailed(trial: &Trial<'_>) -> Finding {
    let id = trial.saved.get("listing").ok_or("no listing was taken back")?;
    let words = trial.cast.words.values().flatten();
    let marks: Vec<&String> = words.chain([id]).collect();
    match since(trial)?.iter().find(|mail| marks.iter().any(|mark| mail.body.contains(mark.as_str()))) {
        Some(mail) => Err(format!("a mail to {} names it", mail.field("to").unwrap_or_default())),
        None => Ok(()),
    }
}

/// No cell of an exported table begins as a formula does.
pub fn cells(trial: &Trial<'_>) -> Finding {
    let exported = trial.seen.iter().filter(|exchange| exchange.label.starts_with("export"));
    let mut seen = 0_usize;
    for exchange in exported {
        let text = exchange.reply.text();
        for cell in text.lines().flat_map(|line| line.split(',')) {
            seen = seen.saturating_add(1);
            let inner = cell.trim_start_matches('"');
            if inner.starts_with(['=', '+', '-', '@', '\t', '\r', '\u{ff1d}'])
                && inner.parse::<f64>().is_err()
            {
                return Err(format!("the cell {cell} in {}", told(exchange)));
            }
        }
    }
    if seen == 0 { Err("no table was exported".to_owned()) } else { Ok(()) }
}
