//! `make measure`: writes what the catalogue shows on recorded events into `docs/measurements.md`.

use anyhow::{Result, bail};
use riposte_tests::measure::{attacks, corpus, labelled, noise, page, roc};
use riposte_tests::root;

fn main() -> Result<()> {
    let root = root();
    page::write(&root, "noise", &noise::ordinary(&root.join("shared/core/ordinary"))?.page)?;
    let curves = roc::curves();
    page::write(&root, "statistics", &roc::page(&curves)?)?;
    for curve in &curves {
        std::fs::create_dir_all(root.join(roc::FOLDER))?;
        std::fs::write(root.join(roc::FOLDER).join(format!("{}.svg", curve.detector)), curve.picture())?;
    }
    let Some(corpus) = corpus() else { bail!("RIPOSTE_CORPUS must name the folder of recorded events") };
    let attacks = attacks::measure(&corpus)?;
    page::write(&root, "attacks", &attacks.page)?;
    println!("attacks missed: {:?}, unknown: {:?}", attacks.missed, attacks.unknown);
    let labelled = labelled::measure(&corpus)?;
    page::write(&root, "labelled", &labelled.page)?;
    println!("rules missed: {:?} of {}", labelled.missed, labelled.rules);
    let around = noise::around_attacks(&corpus)?;
    page::write(&root, "around-attacks", &around.page)?;
    println!("alarms around attacks: {} of {}", around.alarms, around.events);
    Ok(())
}
