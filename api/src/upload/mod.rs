//! What a person sent: which kind of file it is, by its bytes.
