//! The addresses of the pages, in one place. Those of JSON begin with [`API`].
//!
//! | address | |
//! |---|---|
//! | `GET /` | the start: target, drop area, recent runs |
//! | `GET /sign-in`, `POST /sign-in`, `POST /sign-out` | who comes in |
//! | `POST /runs` | a list, as a form with a file, or with text from a spreadsheet |
//! | `GET /runs?q=` | history, and the search over all runs |
//! | `GET /runs/RUN` | leads to the page of the run's state |
//! | `GET`, `POST /runs/RUN/columns` | what the columns are |
//! | `GET /runs/RUN/check?only=&sheet=&after=&edit=19.A` | the rows, and the editor of one cell |
//! | `POST /runs/RUN/mend`, `…/replace`, `…/leave-out`, `…/undo` | mends, as forms |
//! | `GET`, `POST /runs/RUN/confirm` | what goes where; sends it, or asks for approval |
//! | `GET`, `POST /runs/RUN/approve`, `POST …/turn-back`, `…/withdraw` | four eyes |
//! | `GET /runs/RUN/progress`, `…/events` | the run under way; server-sent fragments |
//! | `POST /runs/RUN/pause`, `…/resume`, `…/cancel`, `…/delete` | what a person may do with it |
//! | `GET /runs/RUN/result`, `…/result.xlsx`, `…/to-fix.xlsx`, `…/list.xlsx` | the result, and the workbooks |
//! | `GET /runs/RUN/unknown`, `POST …/resolve` | the desk of unknown rows |
//! | `GET /template?to=` | a workbook to fill in |
//! | `GET`, `POST /admin…` | people, approvals, mappings; what is set |
//! | `POST /language`, `POST /theme` | how the page is read |
//! | `GET /assets/NAME` | style, icons and script, named by their content |

/// The root of JSON.
pub const API: &str = "/api/v1";
/// The page of the start.
pub const START: &str = "/";
/// The page where a person signs in.
pub const SIGN_IN: &str = "/sign-in";
/// Where a session ends.
pub const SIGN_OUT: &str = "/sign-out";
/// Where the language is chosen, by the field `lang`: `tr` or `en`. `back` is the page to come back to.
pub const LANGUAGE: &str = "/language";
/// Where the appearance is chosen, by the field `theme`: `system`, `light` or `dark`. `back` is the page to come back to.
pub const THEME: &str = "/theme";
/// History; a list is posted there.
pub const RUNS: &str = "/runs";
/// The page of administration.
pub const ADMIN: &str = "/admin";

/// The page of a run.
pub fn run(name: &str) -> String {
    format!("{RUNS}/{name}")
}

/// A page or a form of a run: `check`, `mend`, `result.xlsx`.
pub fn of_run(name: &str, what: &str) -> String {
    format!("{RUNS}/{name}/{what}")
}
