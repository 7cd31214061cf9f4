//! An error and its causes on one line, each said once: many messages hold their cause already.

use std::error::Error;

/// `error: cause: deeper cause`
pub fn with_causes(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let text = deeper.to_string();
        if !line.ends_with(&text) {
            line = format!("{line}: {text}");
        }
        cause = deeper.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_said_once() {
        let missing = || std::io::Error::new(std::io::ErrorKind::NotFound, "no such file");
        let said = anyhow::Error::new(missing()).context("cannot read a.toml: no such file");
        assert_eq!(with_causes(said.as_ref()), "cannot read a.toml: no such file");
        let not_said = anyhow::Error::new(missing()).context("cannot read a.toml");
        assert_eq!(with_causes(not_said.as_ref()), "cannot read a.toml: no such file");
    }
}
