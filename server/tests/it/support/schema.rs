//! Checks JSON against the part of JSON Schema that the API's description uses. A keyword it does not know is a
//! failure, so that no rule is passed over.

use serde_json::Value;

/// What contradicts the schema, with the place; nothing if all is well.
pub fn check(value: &Value, schema: &Value, document: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    walk(value, schema, document, "$", &mut problems);
    problems
}

fn walk(value: &Value, schema: &Value, document: &Value, place: &str, problems: &mut Vec<String>) {
    let rules = schema.as_object().unwrap_or_else(|| panic!("{place}: the schema is {schema}"));
    for (keyword, rule) in rules {
        match keyword.as_str() {
            "$ref" => walk(value, resolve(rule, document), document, place, problems),
            "type" => check_type(value, rule, place, problems),
            "enum" => {
                if !rule.as_array().unwrap().contains(value) {
                    problems.push(format!("{place}: {value} is none of {rule}"));
                }
            }
            "anyOf" => {
                let fits = |option: &Value| check(value, option, document).is_empty();
                if !rule.as_array().unwrap().iter().any(fits) {
                    problems.push(format!("{place}: {value} fits none of the options"));
                }
            }
            "required" => {
                for name in rule.as_array().unwrap() {
                    if value.is_object() && value.get(name.as_str().unwrap()).is_none() {
                        problems.push(format!("{place}: {name} is missing"));
                    }
                }
            }
            "properties" => {
                for (name, inner) in rule.as_object().unwrap() {
                    if let Some(part) = value.get(name) {
                        walk(part, inner, document, &format!("{place}.{name}"), problems);
                    }
                }
            }
            "additionalProperties" => {
                assert_eq!(*rule, Value::Bool(false), "{place}: only `false` is known");
                for name in value.as_object().into_iter().flat_map(|object| object.keys()) {
                    if rules.get("properties").is_none_or(|known| known.get(name).is_none()) {
                        problems.push(format!("{place}: {name} is not described"));
                    }
                }
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    walk(item, rule, document, &format!("{place}[{index}]"), problems);
                }
            }
            "minimum" => {
                if value.as_f64().is_some_and(|number| number < rule.as_f64().unwrap()) {
                    problems.push(format!("{place}: {value} is below {rule}"));
                }
            }
            "maximum" => {
                if value.as_f64().is_some_and(|number| number > rule.as_f64().unwrap()) {
                    problems.push(format!("{place}: {value} is above {rule}"));
                }
            }
            "format" => {
                assert_eq!(rule, "date-time", "{place}: only date-time is known");
                if value.as_str().is_some_and(|text| text.parse::<jiff::Timestamp>().is_err()) {
                    problems.push(format!("{place}: {value} is no RFC 3339 time"));
                }
            }
            "description" | "default" => {}
            other => panic!("{place}: the check does not know `{other}`"),
        }
    }
}

fn check_type(value: &Value, rule: &Value, place: &str, problems: &mut Vec<String>) {
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("{place}: the check does not know the type `{other}`"),
    };
    let fits = match rule {
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().any(|name| is(name.as_str().unwrap())),
        other => panic!("{place}: a type is {other}"),
    };
    if !fits {
        problems.push(format!("{place}: {value} is not of type {rule}"));
    }
}

/// What `#/a/b` points to.
pub fn resolve<'d>(reference: &Value, document: &'d Value) -> &'d Value {
    let reference = reference.as_str().unwrap();
    let pointer = reference.strip_prefix('#').unwrap();
    document.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"))
}

#[test]
fn the_check_finds_what_is_wrong() {
    let schema = serde_json::json!({
        "type": "object", "additionalProperties": false, "required": ["a", "b"],
        "properties": { "a": { "type": "integer", "minimum": 1 }, "b": { "type": ["string", "null"] } }
    });
    let problems = |value: Value| check(&value, &schema, &schema).len();
    assert_eq!(problems(serde_json::json!({ "a": 1, "b": null })), 0);
    assert_eq!(problems(serde_json::json!({ "a": 0, "b": 2, "c": 3 })), 3);
    assert_eq!(problems(serde_json::json!({ "a": 1 })), 1);
    assert_eq!(problems(serde_json::json!([])), 1);
}
