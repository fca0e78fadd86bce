//! The csv crate and reqwest: what sending costs without a ledger.

use std::path::Path;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::post::Post;
use super::{IN_FLIGHT, rows};
use crate::Fallible;

/// Sends each row of a CSV file; how many were answered.
pub fn send_csv(path: &Path, base_url: &str) -> Fallible<usize> {
    let rows = rows::csv(path)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let post = Post::new(base_url)?;
        let sent = stream::iter(rows).map(|row| {
            let post = post.clone();
            async move { post.send(&row?).await }
        });
        sent.buffer_unordered(IN_FLIGHT).try_fold(0, async |count, _| Ok(count + 1)).await
    })
}
