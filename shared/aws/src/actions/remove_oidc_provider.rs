//! `remove-oidc-provider`: deletes an OpenID Connect provider, or takes one audience from it.

use std::collections::BTreeMap;

use riposte_core::action::{ActionId, RemoveOidcProvider as Request};
use riposte_core::plan::{Delta, Plan, Snapshot};
use serde_json::{Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, change, tags};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RemoveOidcProvider;

const PROVIDERS: &[&str] = &["arn:${AWS::Partition}:iam::${AWS::AccountId}:oidc-provider/*"];

impl Contain for RemoveOidcProvider {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::IAM];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RemoveOidcProvider,
        title: "Remove an OpenID Connect provider or an audience of it",
        permissions: &[Permission::on(
            PROVIDERS,
            &[
                "iam:DeleteOpenIDConnectProvider",
                "iam:GetOpenIDConnectProvider",
                "iam:RemoveClientIDFromOpenIDConnectProvider",
            ],
        )],
        undo_permissions: &[Permission::on(
            PROVIDERS,
            &[
                "iam:AddClientIDToOpenIDConnectProvider",
                "iam:CreateOpenIDConnectProvider",
                "iam:TagOpenIDConnectProvider",
            ],
        )],
        reversibility: "complete: a provider is made again with its audiences, thumbprints and tags, under the same ARN",
        reversible: true,
        disruptive: true,
        prose: "\
## What it does
Deletes the OpenID Connect provider that was added: its tokens become no role any more. Where an audience was added to \
a provider that stood before, only that audience is taken away. Sessions that were made with its tokens live on until \
they expire: they end by `revoke-sessions` on their roles.

## What it keeps
The roles that trust the provider, with their trust policies, and every other provider.

## Undo
Makes the provider again, with the same audiences, thumbprints and tags, or adds the audience again.
",
    };

    /// IAM deletes by ARN, whatever stands there by then.
    const RECHECKS: bool = true;

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let Some(provider) = provider(site, &request).await? else {
            // No word of its being gone: it may be us who deleted it, right before an interruption.
            let none = Plan::of(request.clone().into(), request.provider_arn.clone(), Snapshot::default());
            return Ok(none.noted(format!("the provider {} does not exist", request.provider_arn)).into());
        };
        let before = snapshot(&provider);
        let plan = Plan::of(request.clone().into(), request.provider_arn.clone(), before.clone());
        let plan = plan.tagged(tags::read(provider.get("Tags")));
        let arn = json!({ "OpenIDConnectProviderArn": request.provider_arn });
        if let Some(client) = &request.client_id {
            let part = audience(client);
            let Some(value) = before.0.get(&part).cloned() else {
                return Ok(plan.noted("the audience is not there any more").into());
            };
            let parameters = json!({ "OpenIDConnectProviderArn": request.provider_arn, "ClientID": client });
            let remove = change("iam:RemoveClientIDFromOpenIDConnectProvider", &parameters, [(part.clone(), None)])?;
            let add = change("iam:AddClientIDToOpenIDConnectProvider", &parameters, [(part, Some(value))])?;
            return Ok(plan.then(remove, [add]).into());
        }
        let gone: Delta = before.0.keys().map(|part| (part.clone(), None)).collect();
        let back: Delta = before.0.into_iter().map(|(part, value)| (part, Some(value))).collect();
        let delete = change("iam:DeleteOpenIDConnectProvider", &arn, gone)?;
        Ok(plan.then(delete, [change("iam:CreateOpenIDConnectProvider", &recipe(&provider), back)?]).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        Ok(provider(site, &request).await?.map(|provider| snapshot(&provider)).unwrap_or_default())
    }
}

async fn provider(site: &Site<'_>, request: &Request) -> Result<Option<Value>, Fault> {
    site.find("iam:GetOpenIDConnectProvider", json!({ "OpenIDConnectProviderArn": request.provider_arn })).await
}

/// The provider's parts: its URL, its thumbprints, and each audience by itself.
fn snapshot(provider: &Value) -> Snapshot {
    let list = |name: &str| {
        let texts = provider.get(name).and_then(Value::as_array).into_iter().flatten();
        let mut texts: Vec<String> = texts.filter_map(Value::as_str).map(str::to_owned).collect();
        texts.sort();
        texts
    };
    let mut parts = BTreeMap::from([
        ("Url".to_owned(), provider.get("Url").cloned().unwrap_or(Value::Null)),
        ("ThumbprintList".to_owned(), json!(list("ThumbprintList"))),
    ]);
    parts.extend(list("ClientIDList").into_iter().map(|client| (audience(&client), json!(client))));
    Snapshot(parts)
}

fn audience(client: &str) -> String {
    format!("ClientID {client}")
}

/// What makes the provider again. IAM tells its URL without the scheme that it wants.
fn recipe(provider: &Value) -> Value {
    let url = provider.get("Url").and_then(Value::as_str).unwrap_or_default();
    let url = if url.starts_with("https://") { url.to_owned() } else { format!("https://{url}") };
    let mut recipe = json!({ "Url": url });
    for name in ["ClientIDList", "ThumbprintList", "Tags"] {
        let list = provider.get(name).filter(|list| list.as_array().is_some_and(|list| !list.is_empty()));
        if let (Some(list), Some(recipe)) = (list, recipe.as_object_mut()) {
            recipe.insert(name.to_owned(), list.clone());
        }
    }
    recipe
}
