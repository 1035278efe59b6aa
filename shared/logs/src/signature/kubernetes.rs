//! What the API server of a Kubernetes cluster recorded.

use serde_json::Value;

use super::Signs;
use crate::read::address_of;

pub(super) fn scan(record: &Value, signs: &mut Signs<'_>) {
    let text = |path: &str| record.pointer(path).and_then(Value::as_str).unwrap_or_default();
    // A request is recorded when it comes and when it is answered: the answer decides. A stream has an answer when it
    // begins.
    if !matches!(text("/stage"), "ResponseComplete" | "ResponseStarted" | "") {
        return;
    }
    let code = record.pointer("/responseStatus/code").and_then(Value::as_u64).unwrap_or_default();
    let done = code < 400;
    let user = text("/user/username");
    let address = record.pointer("/sourceIPs/0").and_then(Value::as_str).and_then(address_of);
    let (verb, resource, sub) = (text("/verb"), text("/objectRef/resource"), text("/objectRef/subresource"));
    let (namespace, name) = (text("/objectRef/namespace"), text("/objectRef/name"));
    if user == "system:anonymous" && done && code != 0 && !is_public(text("/requestURI")) {
        let subject = address.map_or_else(|| user.to_owned(), |address| address.to_string());
        let why = format!("system:anonymous may `{verb}` `{}`, and did from {subject}", text("/requestURI"));
        signs.one("kubernetes-anonymous-access", &subject, address, why);
    }
    if !done {
        return;
    }
    let of_cluster = user.starts_with("system:node:")
        || user.starts_with("system:serviceaccount:kube-system:")
        || user.starts_with("eks:");
    match (verb, resource, sub) {
        (_, "pods", "exec" | "attach") if matches!(verb, "create" | "get") && !of_cluster => {
            let why = format!("`{user}` ran a command in the pod `{namespace}/{name}`");
            signs.one("kubernetes-exec-into-pod", &format!("{namespace}/{name}"), None, why);
        }
        ("create" | "update" | "patch", "clusterrolebindings" | "rolebindings", "") => {
            let role = [text("/requestObject/roleRef/name"), text("/responseObject/roleRef/name")];
            if role.contains(&"cluster-admin") && !of_cluster {
                let subjects =
                    record.pointer("/requestObject/subjects").or_else(|| record.pointer("/responseObject/subjects"));
                let names: Vec<&str> = subjects
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .filter_map(|s| s.get("name")?.as_str())
                    .collect();
                let why = format!("`{user}` gave cluster-admin to `{}` by `{name}`", names.join("`, `"));
                signs.one("kubernetes-cluster-admin-bound", name, None, why);
            }
        }
        ("create", "pods", "") if namespace != "kube-system" && !of_cluster => pod(record, user, signs),
        ("create" | "update" | "patch", "deployments" | "daemonsets" | "statefulsets" | "jobs" | "cronjobs", "")
            if namespace != "kube-system" && !of_cluster =>
        {
            pod(record, user, signs);
        }
        _ => {}
    }
}

/// What everybody may ask for: health, version, discovery.
fn is_public(uri: &str) -> bool {
    let path = uri.split('?').next().unwrap_or(uri);
    ["/healthz", "/livez", "/readyz", "/version", "/.well-known/", "/openid/v1/jwks"]
        .iter()
        .any(|public| path.starts_with(public))
}

fn pod(record: &Value, user: &str, signs: &mut Signs<'_>) {
    let specs = [
        "/requestObject/spec",
        "/requestObject/spec/template/spec",
        "/requestObject/spec/jobTemplate/spec/template/spec",
    ];
    let Some(spec) = specs.iter().filter_map(|path| record.pointer(path)).find(|spec| spec.get("containers").is_some())
    else {
        return;
    };
    let is = |value: &Value, path: &str| value.pointer(path).and_then(Value::as_bool) == Some(true);
    let containers = ["containers", "initContainers", "ephemeralContainers"];
    let containers = containers.iter().filter_map(|key| spec.get(*key)?.as_array()).flatten();
    let mut reasons = Vec::new();
    if containers.into_iter().any(|container| is(container, "/securityContext/privileged")) {
        reasons.push("it is privileged");
    }
    if ["/hostPID", "/hostNetwork", "/hostIPC"].iter().any(|path| is(spec, path)) {
        reasons.push("it shares the host's namespaces");
    }
    let volumes = spec.get("volumes").and_then(Value::as_array).into_iter().flatten();
    let host = |volume: &Value| volume.pointer("/hostPath/path").and_then(Value::as_str).is_some_and(is_sensitive);
    if volumes.into_iter().any(host) {
        reasons.push("it mounts the host's files");
    }
    if !reasons.is_empty() {
        let text = |path: &str| record.pointer(path).and_then(Value::as_str).unwrap_or_default();
        let name = [
            text("/objectRef/name"),
            text("/requestObject/metadata/name"),
            text("/requestObject/metadata/generateName"),
        ];
        let name = name.into_iter().find(|name| !name.is_empty()).unwrap_or("(no name)");
        let subject = format!("{}/{name}", text("/objectRef/namespace"));
        let why = format!("`{user}` created the pod `{subject}`: {}", reasons.join(", "));
        signs.one("kubernetes-privileged-pod", &subject, None, why);
    }
}

/// Folders of the host that are as good as the host.
fn is_sensitive(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    path.is_empty()
        || ["/etc", "/root", "/var/run/docker.sock", "/run/containerd", "/var/lib/kubelet", "/proc"].contains(&path)
}
