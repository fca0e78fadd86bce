//! The operations that lists may become, and where each may go.

use axum::Json;
use caseload_engine::contract::{Field, Operation};
use caseload_sheet::message::Lang;
use serde_json::{Value, json};

use super::call::Call;
use crate::person::Deed;
use crate::problem::Problem;
use crate::target::Target;

/// `GET /api/v1/operations`
pub(super) async fn list(call: Call) -> Result<Json<Value>, Problem> {
    let lang = call.lang();
    call.desk(Deed::Look, move |desk, _| {
        let mut all = Vec::new();
        for target in desk.targets() {
            let operations = desk.operations_of(&target, lang)?;
            all.extend(operations.iter().map(|operation| told(&target, operation, lang)));
        }
        Ok(json!({"operations": all}))
    })
    .await
    .map(Json)
}

fn told(target: &Target, operation: &Operation, lang: Lang) -> Value {
    let fields: Vec<Value> = operation.fields.iter().map(|field| of_field(field, lang)).collect();
    json!({
        "to": operation.full_name(),
        "label": operation.label.get(lang),
        "profile": target.name,
        "target": target.title,
        "test": target.is_test,
        "four_eyes": target.four_eyes,
        "fields": fields,
    })
}

fn of_field(field: &Field, lang: Lang) -> Value {
    json!({"name": field.name, "label": field.label.get(lang), "required": field.required})
}
