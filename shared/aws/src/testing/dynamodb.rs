//! One table with a hash key, its conditions, its transactions and its index by time.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::http::{Refused, Request};

/// DynamoDB's limit for one item, in bytes.
const MAX_ITEM: usize = 400 * 1024;

/// The table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    /// By `pk`; each as attributes with their types: `{"version": {"N": "1"}}`.
    pub(crate) items: BTreeMap<String, Map<String, Value>>,
    /// Items on a page of a query; 0: all.
    pub(crate) page: usize,
    tokens: BTreeSet<String>,
}

impl Table {
    /// The items whose key begins with this.
    pub(crate) fn with_prefix(&self, prefix: &str) -> Vec<&Map<String, Value>> {
        self.items.iter().filter(|(pk, _)| pk.starts_with(prefix)).map(|(_, item)| item).collect()
    }

    /// Lets all leases run out.
    pub(crate) fn end_leases(&mut self) {
        for (_, item) in self.items.iter_mut().filter(|(pk, _)| pk.starts_with("lease#")) {
            item.insert("until_ms".to_owned(), json!({ "N": "0" }));
        }
    }

    pub(super) fn answer(&mut self, request: &Request) -> Result<String, Refused> {
        let parameters = &request.json;
        match request.operation.as_str() {
            "GetItem" => {
                assert_eq!(parameters["ConsistentRead"], true, "the ledger reads consistently");
                let item = self.items.get(&key_of(parameters));
                Ok(item.map_or_else(|| json!({}), |item| json!({ "Item": item })).to_string())
            }
            "PutItem" | "DeleteItem" => {
                if !self.holds(parameters) {
                    return Err(Refused::new("ConditionalCheckFailedException"));
                }
                self.write(request.operation.trim_end_matches("Item"), parameters)?;
                Ok("{}".to_owned())
            }
            "BatchGetItem" => Ok(self.several(parameters)),
            "Scan" => Ok(self.scan(parameters)),
            "UpdateItem" => self.add(parameters),
            "TransactWriteItems" => self.transact(parameters),
            "Query" => Ok(self.query(parameters)),
            other => panic!("the fake DynamoDB has no `{other}`"),
        }
    }

    fn several(&self, parameters: &Value) -> String {
        let tables = parameters["RequestItems"].as_object().unwrap();
        let answered = tables.iter().map(|(table, asked)| {
            assert_eq!(asked["ConsistentRead"], true, "the ledger reads consistently");
            let keys = asked["Keys"].as_array().unwrap();
            assert!(keys.len() <= 100);
            let found: Vec<_> =
                keys.iter().filter_map(|key| self.items.get(key["pk"]["S"].as_str().unwrap())).collect();
            (table.clone(), json!(found))
        });
        json!({ "Responses": answered.collect::<Map<String, Value>>(), "UnprocessedKeys": {} }).to_string()
    }

    fn scan(&self, parameters: &Value) -> String {
        assert_eq!(parameters["FilterExpression"], "begins_with(pk, :past)");
        json!({ "Items": self.with_prefix(parameters["ExpressionAttributeValues"][":past"]["S"].as_str().unwrap()) })
            .to_string()
    }

    /// Adds to the set `marks` of a record of behavior.
    fn mark(&mut self, pk: &str, write: &Value) {
        let expression = write["UpdateExpression"].as_str().unwrap();
        let values = &write["ExpressionAttributeValues"];
        assert!(
            ["", "ADD marks :marks "]
                .contains(&expression.strip_suffix("SET expires_at = :expires, #r = :record").unwrap())
        );
        let item = self.items.entry(pk.to_owned());
        let item = item.or_insert_with(|| Map::from_iter([("pk".to_owned(), json!({ "S": pk }))]));
        if expression.starts_with("ADD") {
            let marks = item.entry("marks").or_insert_with(|| json!({ "SS": [] }));
            let set = marks["SS"].as_array_mut().unwrap();
            for mark in values[":marks"]["SS"].as_array().unwrap() {
                if !set.contains(mark) {
                    set.push(mark.clone());
                }
            }
        }
        item.insert("expires_at".to_owned(), values[":expires"].clone());
        item.insert("record".to_owned(), values[":record"].clone());
    }

    /// The one update there is: adds to the set `seen`, unless that is full.
    fn add(&mut self, parameters: &Value) -> Result<String, Refused> {
        assert_eq!(parameters["UpdateExpression"], "ADD seen :item SET expires_at = :expires");
        let values = &parameters["ExpressionAttributeValues"];
        let full: usize = values[":full"]["N"].as_str().unwrap().parse().unwrap();
        let pk = key_of(parameters);
        let item =
            self.items.entry(pk.clone()).or_insert_with(|| Map::from_iter([("pk".to_owned(), json!({ "S": pk }))]));
        let seen = item.entry("seen").or_insert_with(|| json!({ "SS": [] }));
        let set = seen["SS"].as_array_mut().unwrap();
        let one = &values[":item"]["SS"][0];
        assert_eq!(one, &values[":one"]["S"]);
        if !set.contains(one) {
            if set.len() >= full {
                return Err(Refused::new("ConditionalCheckFailedException"));
            }
            set.push(one.clone());
        }
        item.insert("expires_at".to_owned(), values[":expires"].clone());
        Ok(json!({ "Attributes": item }).to_string())
    }

    fn transact(&mut self, parameters: &Value) -> Result<String, Refused> {
        let token = parameters["ClientRequestToken"].as_str().unwrap_or_default().to_owned();
        if self.tokens.contains(&token) {
            return Ok("{}".to_owned());
        }
        let items = parameters["TransactItems"].as_array().unwrap();
        let writes: Vec<(&String, &Value)> = items.iter().flat_map(|item| item.as_object().unwrap()).collect();
        let held: Vec<bool> = writes.iter().map(|(_, write)| self.holds(write)).collect();
        if held.contains(&false) {
            let code = |held: &bool| json!({ "Code": if *held { "None" } else { "ConditionalCheckFailed" } });
            let reasons: Vec<Value> = held.iter().map(code).collect();
            return Err(Refused::new("TransactionCanceledException").and("CancellationReasons", json!(reasons)));
        }
        for (kind, write) in writes {
            self.write(kind, write)?;
        }
        self.tokens.insert(token);
        Ok("{}".to_owned())
    }

    fn write(&mut self, kind: &str, write: &Value) -> Result<(), Refused> {
        let pk = key_of(write);
        match kind {
            "Put" if write["Item"].to_string().len() > MAX_ITEM => return Err(Refused::new("ValidationException")),
            "Put" => drop(self.items.insert(pk, write["Item"].as_object().unwrap().clone())),
            "Delete" => drop(self.items.remove(&pk)),
            "ConditionCheck" => {}
            "Update" if write["UpdateExpression"].as_str().is_some_and(|text| text.contains("#r = :record")) => {
                self.mark(&pk, write);
            }
            "Update" if write["UpdateExpression"] == "ADD seen :item SET expires_at = :expires" => {
                let values = &write["ExpressionAttributeValues"];
                let item = self.items.entry(pk.clone());
                let item = item.or_insert_with(|| Map::from_iter([("pk".to_owned(), json!({ "S": pk }))]));
                let seen = item.entry("seen").or_insert_with(|| json!({ "SS": [] }));
                let set = seen["SS"].as_array_mut().unwrap();
                for one in values[":item"]["SS"].as_array().unwrap() {
                    if !set.contains(one) {
                        set.push(one.clone());
                    }
                }
                item.insert("expires_at".to_owned(), values[":expires"].clone());
            }
            "Update" => {
                assert_eq!(write["UpdateExpression"], "ADD actions :one SET expires_at = :expires");
                let item = self.items.entry(pk.clone());
                let item = item.or_insert_with(|| Map::from_iter([("pk".to_owned(), json!({ "S": pk }))]));
                let before = item.get("actions").map_or(0, |n| n["N"].as_str().unwrap().parse::<u32>().unwrap());
                item.insert("actions".to_owned(), json!({ "N": (before + 1).to_string() }));
                item.insert("expires_at".to_owned(), write["ExpressionAttributeValues"][":expires"].clone());
            }
            other => panic!("the fake DynamoDB has no `{other}` in a transaction"),
        }
        Ok(())
    }

    /// Whether the condition holds: comparisons and `attribute_not_exists` joined by `OR`.
    fn holds(&self, write: &Value) -> bool {
        let Some(condition) = write["ConditionExpression"].as_str() else { return true };
        let item = self.items.get(&key_of(write));
        let name = |text: &str| {
            let replaced = write["ExpressionAttributeNames"][text].as_str();
            replaced.map_or_else(|| text.to_owned(), str::to_owned)
        };
        let attribute = |text: &str| item.and_then(|item| item.get(&name(text)));
        let given = |text: &str| &write["ExpressionAttributeValues"][text];
        let number = |value: &Value| value["N"].as_str().and_then(|n| n.parse::<i64>().ok());
        condition.split(" OR ").any(|term| {
            if let Some(absent) = term.strip_prefix("attribute_not_exists(").and_then(|t| t.strip_suffix(')')) {
                attribute(absent).is_none()
            } else if let Some((left, right)) = term.split_once(" < ") {
                attribute(left).and_then(number).is_some_and(|left| Some(left) < number(given(right)))
            } else if let Some((left, right)) = term.split_once(" > ") {
                attribute(left).and_then(number).is_some_and(|left| Some(left) > number(given(right)))
            } else if let Some((left, right)) = term.split_once(" = ") {
                attribute(left) == Some(given(right))
            } else {
                panic!("the fake does not know the condition `{term}`")
            }
        })
    }

    /// The index of what waits: it holds what has its range key, and of that its keys and the signature.
    fn waiting(&self, parameters: &Value) -> String {
        assert_eq!(parameters["KeyConditionExpression"], "#k = :k AND waits_until >= :now");
        let values = &parameters["ExpressionAttributeValues"];
        let now = values[":now"]["S"].as_str().unwrap();
        let until = |item: &Map<String, Value>| item.get("waits_until")?["S"].as_str().map(str::to_owned);
        let waits = |item: &&Map<String, Value>| {
            item.get("kind") == Some(&values[":k"]) && until(item).is_some_and(|until| until.as_str() >= now)
        };
        let mut found: Vec<_> = self.items.values().filter(waits).collect();
        found.sort_by_key(|item| until(item));
        let limit = usize::try_from(parameters["Limit"].as_u64().unwrap()).unwrap();
        let held = |item: &Map<String, Value>| -> Map<String, Value> {
            let held = ["pk", "kind", "waits_until", "signature"];
            let fields = item.iter().filter(|(name, _)| held.contains(&name.as_str()));
            fields.map(|(name, value)| (name.clone(), value.clone())).collect()
        };
        json!({ "Items": found.into_iter().take(limit).map(held).collect::<Vec<_>>() }).to_string()
    }

    fn query(&self, parameters: &Value) -> String {
        if parameters["IndexName"] == "waiting" {
            return self.waiting(parameters);
        }
        assert_eq!(parameters["IndexName"], "by-time");
        let forward = parameters["ScanIndexForward"] == true;
        let kind = &parameters["ExpressionAttributeValues"][":k"];
        let condition = parameters["KeyConditionExpression"].as_str().unwrap();
        let between = condition.contains("BETWEEN");
        assert!(condition.starts_with("#k = :k"), "{condition}");
        let bound = |name: &str| parameters["ExpressionAttributeValues"][name]["S"].as_str();
        let within = |item: &Map<String, Value>| {
            let at = item["opened_at"]["S"].as_str().unwrap_or_default();
            bound(":since").is_none_or(|since| at >= since)
                && bound(":until").is_none_or(|until| at < until || (between && at == until))
        };
        let mut found: Vec<_> =
            self.items.values().filter(|item| item.get("kind") == Some(kind) && within(item)).collect();
        found.sort_by_key(|item| (item["opened_at"]["S"].to_string(), item["pk"]["S"].to_string()));
        if !forward {
            found.reverse();
        }
        if let Some(start) = parameters["ExclusiveStartKey"]["pk"].as_object() {
            let at = found.iter().position(|item| item["pk"].as_object() == Some(start)).unwrap();
            found.drain(..=at);
        }
        let limit = parameters["Limit"].as_u64().map_or(usize::MAX, |limit| usize::try_from(limit).unwrap());
        let size = limit.min(if self.page == 0 { usize::MAX } else { self.page });
        let mut answer = json!({});
        if found.len() > size {
            found.truncate(size);
            let last = found[size - 1];
            answer["LastEvaluatedKey"] =
                json!({ "pk": last["pk"], "kind": last["kind"], "opened_at": last["opened_at"] });
        }
        let asked = parameters["ProjectionExpression"].as_str().map(|names| names.split(", ").collect::<Vec<_>>());
        let projected = |item: &Map<String, Value>| -> Map<String, Value> {
            let wanted = |name: &str| asked.as_ref().is_none_or(|names| names.contains(&name));
            item.iter().filter(|(name, _)| wanted(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
        };
        answer["Items"] = found.into_iter().map(projected).collect();
        answer.to_string()
    }
}

fn key_of(write: &Value) -> String {
    let key = write["Item"]["pk"]["S"].as_str().or_else(|| write["Key"]["pk"]["S"].as_str());
    key.unwrap().to_owned()
}
