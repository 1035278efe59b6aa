//! Transfer Family: servers.

use riposte_core::finding::Severity::Medium;

use crate::check::{Check, check};
use crate::verdict::Verdict;

pub(crate) static CHECKS: &[Check] = &[
    check("transfer-server-ftp", "A file server takes FTP", Medium, "transfer", "server")
        .fsbp(&["Transfer.2"])
        .page(
            "The server takes SFTP, FTPS or AS2 alone.",
            "Passwords and files pass in clear.",
            "Take FTP out of its protocols.",
            "None.",
        )
        .detectors(&["transfer-server-weakened"])
        .each(|v| {
            let protocols = v.texts("DescribeServer.Server.Protocols")?;
            // SFTP is what a server has where nothing is said.
            Verdict::fail_if(protocols.contains(&"FTP"), "it takes FTP", "it does not take FTP")
        }),
    check("transfer-server-not-logged", "A file server is not logged", Medium, "transfer", "server")
        .page(
            "The server has a logging role, or log groups for structured logs.",
            "Who fetched which file is not known afterwards.",
            "aws transfer update-server --structured-log-destinations.",
            "Servers for tests.",
        )
        .each(|v| {
            let role = v.text("DescribeServer.Server.LoggingRole")?.is_some();
            let groups = v.list("DescribeServer.Server.StructuredLogDestinations")?;
            Verdict::fail_if(!role && groups.is_empty(), "it is not logged", "it is logged")
        }),
];
