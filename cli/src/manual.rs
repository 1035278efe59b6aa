//! `riposte completions` and `riposte man`: from the same definition as the command line.

use std::io::Write;

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Arguments;

/// A shell's completions.
pub(crate) fn completions(out: &mut impl Write, shell: Shell) {
    clap_complete::generate(shell, &mut Arguments::command(), "riposte", out);
}

/// The manual page, with every verb.
pub(crate) fn page(out: &mut impl Write) -> Result<()> {
    let mut command = Arguments::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(out)?;
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
        // Its display name is `riposte-VERB`.
        let man = clap_mangen::Man::new(verb.clone());
        man.render_name_section(out)?;
        man.render_synopsis_section(out)?;
        man.render_description_section(out)?;
        man.render_options_section(out)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound_and_every_verb_is_in_the_manual() {
        Arguments::command().debug_assert();
        let mut page = Vec::new();
        super::page(&mut page).unwrap();
        let page = String::from_utf8(page).unwrap();
        for verb in ["incidents", "approve", "guardrails", "redrive", "detect"] {
            assert!(page.contains(&format!("riposte\\-{verb}")), "{verb}");
        }
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let mut text = Vec::new();
            completions(&mut text, shell);
            assert!(String::from_utf8(text).unwrap().contains("incidents"), "{shell}");
        }
    }
}
