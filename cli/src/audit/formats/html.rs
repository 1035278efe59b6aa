//! A page without scripts or anything from elsewhere.

use std::io::Write;

use anyhow::Result;
use riposte_audit::{AuditFinding, Status};

use super::Writer;
use crate::tables::escaped;

pub(super) struct Html;

const HEAD: &str = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Riposte audit</title>\n\
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
<style>body{font:14px system-ui;margin:2em}table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ddd;padding:.3em .5em;\
text-align:left;vertical-align:top;overflow-wrap:anywhere}.FAIL{color:#a00}.PASS{color:#060}.NOT_ASSESSED,.MANUAL{color:#850}</style>\n\
<h1>Riposte audit</h1>\n<table><tr><th>status<th>severity<th>check<th>resource<th>region<th>why<th>controls</tr>\n";

impl<W: Write> Writer<W> for Html {
    fn begin(&mut self, out: &mut W) -> Result<()> {
        Ok(out.write_all(HEAD.as_bytes())?)
    }

    fn finding(&mut self, out: &mut W, f: &AuditFinding) -> Result<()> {
        if f.status == Status::Pass {
            return Ok(());
        }
        let status = f.status.as_str();
        let muted = f.muted.as_ref().map(|note| format!("; muted: {note}")).unwrap_or_default();
        Ok(writeln!(
            out,
            "<tr><td class=\"{status}\">{status}<td>{}<td title=\"{}\">{}<td>{}<td>{}<td>{}{}<td>{}</tr>",
            f.severity,
            escaped(&f.title),
            escaped(&f.check),
            escaped(&f.resource),
            escaped(&f.region),
            escaped(&f.why),
            escaped(&muted),
            escaped(&f.controls.join(" ")),
        )?)
    }

    fn end(&mut self, out: &mut W) -> Result<()> {
        Ok(out.write_all(b"</table></html>\n")?)
    }
}
