//! Every table of `hearth.redb`. Integers in keys order as numbers; rows of several fields are CBOR of the structs in the
//! files that own them.

use redb::TableDefinition;

type Table<K, V> = TableDefinition<'static, K, V>;
type Key32 = &'static [u8; 32];

/// Organisation → what is known of its log ([`super::logs::Log`]).
pub(super) const LOGS: Table<Key32, &[u8]> = Table::new("logs");
/// (log, index) → entry bytes as received.
pub(super) const ENTRIES: Table<(u32, u64), &[u8]> = Table::new("entries");
/// (log, level, number) → up to 256 hashes: the C2SP tile. The only storage of the tree.
pub(super) const TILES: Table<(u32, u8, u64), &[u8]> = Table::new("tiles");
/// Log → its right edge.
pub(super) const FRONTIERS: Table<u32, &[u8]> = Table::new("frontiers");
/// (id, log) → lowest index of that entry in that log, up to what `INDEXED` says.
pub(super) const IDS: Table<(Key32, u32), u64> = Table::new("ids");
/// Log → how many of its entries `IDS` covers.
pub(super) const INDEXED: Table<u32, u64> = Table::new("indexed");
/// Hash of (site, kind, id) of a record of the own log → its index.
pub(super) const SOURCES: Table<Key32, u64> = Table::new("sources");

/// Log → the newest signed note whose entries are all held.
pub(super) const HEADS: Table<u32, &[u8]> = Table::new("heads");
/// Log → the newest of those with as many cosignatures as a quorum needs.
pub(super) const COSIGNED: Table<u32, &[u8]> = Table::new("cosigned");
/// Log → the newest signed note that some held entries are proven into.
pub(super) const AIMS: Table<u32, &[u8]> = Table::new("aims");
/// (log, number from 0) → handover note.
pub(super) const HANDOVERS: Table<(u32, u32), &[u8]> = Table::new("handovers");
/// Log → the tree beyond which its entries are dropped when the store is opened next: size, root.
pub(super) const SET_BACK: Table<u32, &[u8]> = Table::new("set_back");
/// (log, SHA-256) → fork evidence.
pub(super) const EVIDENCE: Table<(u32, Key32), &[u8]> = Table::new("evidence");

/// (log, body hash) → salt, size held, whether complete ([`super::bodies::Held`]). A body belongs to the log whose entries
/// refer to it: what another log says of the same hash does not touch it.
pub(super) const BODIES: Table<(u32, Key32), &[u8]> = Table::new("bodies");
/// (log, body hash, offset of the first byte) → at most 256 KiB.
pub(super) const CHUNKS: Table<(u32, Key32, u64), &[u8]> = Table::new("chunks");
/// (log, body hash) → id of the entry of that log that erased it.
pub(super) const ERASED: Table<(u32, Key32), Key32> = Table::new("erased");
/// (log, body hash, index of an entry of that log that refers to it) → size.
pub(super) const WANTED: Table<(u32, Key32, u64), u64> = Table::new("wanted");

/// Origin → the largest checkpoint this node has cosigned of it ([`super::witnessed::Witnessed`]).
pub(super) const WITNESSED: Table<&str, &[u8]> = Table::new("witnessed");
/// SHA-256 of an invitation's token → expiry and use ([`super::joining::Invitation`]).
pub(super) const INVITATIONS: Table<Key32, &[u8]> = Table::new("invitations");
/// Organisation → its application ([`super::joining::Application`]).
pub(super) const APPLICATIONS: Table<Key32, &[u8]> = Table::new("applications");
/// Name → bytes: settings of the node itself.
pub(super) const META: Table<&str, &[u8]> = Table::new("meta");
