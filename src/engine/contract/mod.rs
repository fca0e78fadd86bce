//! An API as its contract describes it: an OpenAPI document with a few `x-caseload` keys, read into [`Operation`]s and
//! [`Field`]s. Only the YAML knows a vendor by name.
//!
//! Documents are OpenAPI 3.1; `dialect` brings older ones to it. `$ref`s stay within the document (`refs`). Bodies become
//! columns (`columns`, `family`), and so do parameters (`parameters`).
//!
//! | key, on | means |
//! |---|---|
//! | `x-caseload.id`, operation | JSON pointer to the id(s) in the answer; its last name is the result column |
//! | `x-caseload.error` | pointers to `code`, `title`, `description` in an error answer; `map` to several errors: an object of code to text, a list of texts or of objects |
//! | `x-caseload.order-by` | rows with the same value go one at a time, in file order |
//! | `x-caseload.order-name` | what such rows have in common, as people call it: `{tr: aynı cihaz, en: the same device}` |
//! | `x-caseload.unique` | `{when, fields, window, after-window, reset-by}`: what tells a duplicate; the first rule whose `when` holds is the row's. A row that was done longer ago than its window is asked about (`after-window: ask`, the default) or goes (`new`). `reset-by: {caseType: uninstall}` describes the row that undoes such a row: behind one that was done, or that goes from the same file, an equal row is no duplicate; its own rule has the same `fields` and the opposite `reset-by` |
//! | `x-caseload.same` | `{for, field}`: a field that must agree across rows |
//! | `x-caseload.not-applied` | statuses of this API that prove nothing was done |
//! | `x-caseload.timezone`, document or operation | the zone of local times, where the profile names none |
//! | `x-caseload.absent` | `omit` (default) or `empty` for absent optional fields |
//! | `x-caseload.reconcile` | `{conflict: 409}`: a row whose outcome is unknown may be sent again, the server refuses the second so; `{lookup: OPERATION, by: FIELD}`: that operation finds it |
//! | `x-caseload.pages`, GET | `items`, `total`, `last`: pointers to the list, to how many items there are, to how many pages; `parameter`: the query parameter that names the page, from 1 |
//! | `x-caseload.values`, GET | field and pointer (`*` for each item): what stands there are the field's allowed values, for `contracts refresh` |
//! | `format: tckn`, `format: vkn` | a failed check is a warning, with `--strict` an error |
//! | `x-warn`, property | a list of schemas that the value should satisfy, each with its `x-message`: one that fails is a warning, with `--strict` an error |
//! | `x-label`, `x-aliases`, `x-values`, property | names in Turkish and English, headers seen in the wild, names of enum values |
//! | `x-prefix`, security scheme | the word before the token, where it is not `Bearer` |
//! | `x-token`, security scheme | how a token is got: `{endpoint, body, token, expiry}`; a text `{name}` in the body is a secret |
//! | `x-secret`, security scheme | `false`: its value is not a secret. The settings may hold it as `auth.NAME.value` |
//! | `x-message`, any subschema | the sentence to show when it fails, with `{value}` |

mod answer;
mod answer_columns;
mod catalogue;
mod columns;
mod composition;
mod conditions;
mod dialect;
mod edit;
mod family;
mod field;
mod find;
mod keys;
mod kinds;
mod load;
mod one_line;
mod operation;
mod parameters;
mod refs;
mod said;
mod scheme;
mod system;
mod texts;
mod widen;
mod yaml;

pub use answer_columns::answer_columns;
pub use catalogue::{BUILT_IN, catalogue};
pub use conditions::{Clause, Condition, conditions};
pub use edit::with_values;
pub use family::{Family, Shape};
pub use field::{Check, EnumValue, Field, Kind, Object, Place, Slot, Step, body_steps, pointer};
pub use find::{find, find_reading};
pub use load::{LARGEST, from_yaml};
pub use operation::{Absent, ErrorForm, IdForm, Method, Operation, Pages, Parameter, Reconcile, Same, Unique};
pub use refs::escape;
pub use scheme::{Exchange, Scheme, SchemeKind, endpoint_at, secret_in_braces};
pub use system::{Contract, Unusable};
pub use texts::words;
pub use yaml::parse as parse_yaml;
