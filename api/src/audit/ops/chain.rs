//! Checking the chain: every entry, its place, the signed end of the chain, and the heads that were kept apart.

use serde_json::json;
use twinning_entity::audit_head as head;

use super::{GENESIS, HEAD_LOST, hash_of, head_text, signed, write};
use crate::app::App;
use crate::audit::store;
use crate::infra::{beside, secrets};
use crate::kernel::call::Call;
use crate::kernel::clock::shanghai;
use crate::kernel::error::{Error, Result};

/// File of the heads that are kept apart from the database, in the data folder.
const FILE: &str = "audit-heads.log";
/// Problems that are told; a chain that is broken has more than anybody reads.
const TOLD: usize = 20;

/// What the check of the chain found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Entries that were looked at.
    pub entries: i64,
    /// What is wrong, the first things first; none for a chain that is whole.
    pub problems: Vec<String>,
}

/// Walks the whole chain (`reliability.md` G-02): an edited, removed, inserted or exchanged entry, and a tail that was cut
/// off, are all found, for every entry covers the one before and the end is signed.
///
/// # Errors
/// The engine's error.
pub async fn verify(app: &App) -> Result<Verdict> {
    let heads = store::heads(app.db().current()).await?;
    let mut verdict = Verdict::default();
    let mut kept = file_heads(app, &mut verdict)?;
    for one in heads.iter().filter(|one| !is_signed(app, one.seq, &one.hash, &one.signature)) {
        verdict.tell(format!("the head at entry {} is not signed by this installation", one.seq));
    }
    kept.extend(heads.iter().map(|one| (one.seq, one.hash.clone())));
    kept.sort();
    let mut expected = (1, GENESIS.to_owned());
    loop {
        let entries = store::from(app.db().current(), expected.0, 1_000).await?;
        let Some(last) = entries.last() else { break };
        let next = last.seq + 1;
        for entry in &entries {
            if entry.seq != expected.0 {
                verdict.tell(format!("entry {} is missing", expected.0));
            } else if entry.prev_hash != expected.1 {
                verdict.tell(format!("entry {} does not follow the one before", entry.seq));
            }
            if entry.operation == HEAD_LOST {
                verdict.tell(format!("the signed end of the chain was gone before entry {}", entry.seq));
            }
            if entry.hash != hash_of(entry) {
                verdict.tell(format!("entry {} was changed", entry.seq));
            }
            let at = kept.partition_point(|(seq, _)| *seq < entry.seq);
            for (_, hash) in kept.iter().skip(at).take_while(|(seq, _)| *seq == entry.seq) {
                if *hash != entry.hash {
                    verdict.tell(format!("entry {} is not the one that was signed", entry.seq));
                }
            }
            verdict.entries += 1;
            expected = (entry.seq + 1, entry.hash.clone());
        }
        expected.0 = next;
    }
    let end = expected.0 - 1;
    if let Some((seq, _)) = kept.last().filter(|(seq, _)| *seq > end) {
        verdict.tell(format!("the chain ends at entry {end}, but entry {seq} was signed"));
    }
    match heads.iter().find(|one| one.id == store::CURRENT) {
        Some(current) if current.seq != end => {
            verdict.tell(format!("the chain ends at entry {end}, its signed end is entry {}", current.seq));
        }
        None if end > 0 => verdict.tell("the signed end of the chain is missing".to_owned()),
        _ => {}
    }
    Ok(verdict)
}

impl Verdict {
    fn tell(&mut self, problem: String) {
        if self.problems.len() < TOLD && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

fn is_signed(app: &App, seq: i64, hash: &str, signature: &str) -> bool {
    let text = head_text(seq, hash);
    app.keys.all().any(|keys| secrets::same(&secrets::signature(&keys.audit, &text), signature))
}

/// The heads in the file; a line that is not ours, or not signed, counts as tampered with.
fn file_heads(app: &App, verdict: &mut Verdict) -> Result<Vec<(i64, String)>> {
    let mut heads = Vec::new();
    for line in beside::lines(&app.settings.data_dir.join(FILE))? {
        let mut parts = line.split(' ');
        let (seq, hash, signature) = (parts.next(), parts.next(), parts.next());
        let seq = seq.and_then(|text| text.parse::<i64>().ok());
        match (seq, hash, signature) {
            (Some(seq), Some(hash), Some(signature)) if is_signed(app, seq, hash, signature) => {
                heads.push((seq, hash.to_owned()));
            }
            _ => verdict.tell("a line of the file of heads is not signed by this installation".to_owned()),
        }
    }
    Ok(heads)
}

/// Keeps a signed head of the chain as it is now: in the database and, apart from it, in a file.
///
/// # Errors
/// The engine's or the file system's error.
pub async fn keep_head(app: &App) -> Result<()> {
    let tx = app.db().begin().await?;
    let Some(current) = store::head(&tx).await? else { return Ok(()) };
    let heads = store::heads(&tx).await?;
    let newest = heads.iter().max_by_key(|one| one.id);
    if newest.is_some_and(|newest| newest.id != store::CURRENT && newest.seq == current.seq) {
        return Ok(());
    }
    let id = newest.map_or(1, |newest| newest.id + 1);
    let kept: head::Model = signed(app, id, current.seq, current.hash);
    store::put_head(&tx, kept.clone(), true).await?;
    tx.commit().await?;
    let line =
        format!("{} {} {} {}\n", kept.seq, kept.hash, kept.signature, kept.at.with_timezone(&shanghai()).to_rfc3339());
    beside::append(&app.settings.data_dir.join(FILE), &line)?;
    Ok(())
}

/// Signs every head with the current key, in the database and in the file, so that former keys can go. A chain that is
/// not whole is not signed.
///
/// # Errors
/// An internal fault for a chain that is not whole; the engine's or the file system's error.
pub async fn sign_anew(app: &App, call: &Call) -> Result<()> {
    if !verify(app).await?.problems.is_empty() {
        return Err(Error::broken("the record is not whole, see the command verify"));
    }
    let tx = app.db().begin().await?;
    write(&tx, app, call, "admin.rotate_key", None, "done", json!({})).await?;
    for one in store::heads(&tx).await? {
        let signature = signed(app, one.id, one.seq, one.hash.clone()).signature;
        store::put_head(&tx, head::Model { signature, ..one }, false).await?;
    }
    // The file comes first: its lines are open to both keys as long as the former one is there.
    sign_file_anew(app)?;
    tx.commit().await.map_err(Error::from)
}

fn sign_file_anew(app: &App) -> Result<()> {
    let path = app.settings.data_dir.join(FILE);
    let lines = beside::lines(&path)?;
    if lines.is_empty() {
        return Ok(());
    }
    let mut anew = String::new();
    for line in lines {
        let parts: Vec<&str> = line.splitn(4, ' ').collect();
        let [seq, hash, _, at] = parts[..] else { continue };
        let seq: i64 = seq.parse().map_err(Error::internal)?;
        let signature = secrets::signature(&app.keys.audit, &head_text(seq, hash));
        anew.push_str(&format!("{seq} {hash} {signature} {at}\n"));
    }
    let fresh = path.with_extension("new");
    match std::fs::remove_file(&fresh) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Error::internal(error)),
        _ => beside::append(&fresh, &anew)?,
    }
    Ok(std::fs::rename(fresh, path)?)
}
