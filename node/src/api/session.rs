//! Sessions: whoever can sign a fresh challenge with a valid key of this organisation may read and write
//! (docs/protocol.md §5.1).

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hearth_protocol::entry::Home;
use hearth_protocol::id::{Hash, KeyBytes};
use hearth_protocol::sign::{PublicKey, Signature};

/// How long a challenge may be answered.
const CHALLENGE: Duration = Duration::from_secs(60);
/// How long a session lasts.
pub(super) const SESSION: Duration = Duration::from_secs(12 * 60 * 60);
/// Challenges that may be open at once; a new one then replaces the oldest.
const OPEN: usize = 1024;
/// Sessions at once; a new one then replaces the oldest.
const SESSIONS: usize = 4096;

/// 32 random bytes as text.
pub(super) type Secret = [u8; 32];

/// Challenges given and sessions open, in memory alone: a restart ends them all.
pub(super) struct Sessions {
    home: Home,
    challenges: BTreeMap<Secret, Ticket>,
    /// By hash, so that looking one up takes no longer for a near miss.
    sessions: BTreeMap<Hash, Ticket>,
}

#[derive(Clone, Copy)]
struct Ticket {
    key: KeyBytes,
    expires: Instant,
}

/// Why there is no session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    /// The challenge was never given to this key, was used, or is too old.
    Challenge,
    /// The signature does not hold.
    Signature,
}

impl Sessions {
    pub(super) fn new(home: Home) -> Self {
        Self {
            home,
            challenges: BTreeMap::new(),
            sessions: BTreeMap::new(),
        }
    }

    /// Gives out a challenge for a key.
    pub(super) fn challenge(&mut self, key: KeyBytes, challenge: Secret, now: Instant) {
        make_room(&mut self.challenges, OPEN, now);
        self.challenges.insert(
            challenge,
            Ticket {
                key,
                expires: now + CHALLENGE,
            },
        );
    }

    /// Checks who signed a challenge. It is spent, whatever comes of it.
    pub(super) fn answer(
        &mut self,
        key: &PublicKey,
        challenge: &Secret,
        signature: &Signature,
        now: Instant,
    ) -> Result<(), Denied> {
        let given = self.challenges.remove(challenge);
        let given = given.filter(|ticket| ticket.key == key.bytes() && now < ticket.expires);
        given.ok_or(Denied::Challenge)?;
        key.verify(&self.message(challenge), signature)
            .map_err(|_| Denied::Signature)
    }

    /// Opens a session under `token` for a key that answered and is known here.
    pub(super) fn open(&mut self, key: KeyBytes, token: &Secret, now: Instant) {
        make_room(&mut self.sessions, SESSIONS, now);
        let expires = now + SESSION;
        self.sessions.insert(Hash::of(token), Ticket { key, expires });
    }

    /// The key that opened a session, if that is still open.
    pub(super) fn holder(&self, token: &Secret, now: Instant) -> Option<KeyBytes> {
        self.sessions
            .get(&Hash::of(token))
            .filter(|ticket| now < ticket.expires)
            .map(|ticket| ticket.key)
    }

    fn message(&self, challenge: &Secret) -> Vec<u8> {
        let mut message = b"hearth/session/v1\0".to_vec();
        message.extend_from_slice(self.home.community.as_bytes());
        message.extend_from_slice(self.home.organisation.as_bytes());
        message.extend_from_slice(challenge);
        message
    }
}

fn make_room<K: Ord + Clone>(tickets: &mut BTreeMap<K, Ticket>, most: usize, now: Instant) {
    if tickets.len() < most {
        return;
    }
    tickets.retain(|_, ticket| now < ticket.expires);
    if tickets.len() >= most {
        let oldest = tickets
            .iter()
            .min_by_key(|(_, ticket)| ticket.expires)
            .map(|(key, _)| key.clone());
        oldest.map(|key| tickets.remove(&key));
    }
}

#[cfg(test)]
mod tests {
    use hearth_protocol::id::Id;
    use hearth_protocol::sign::SecretKey;

    use super::*;

    const HOME: Home = Home {
        community: Id::from_bytes([1; 32]),
        organisation: Id::from_bytes([2; 32]),
    };

    fn sessions() -> (Sessions, SecretKey, Instant) {
        (Sessions::new(HOME), SecretKey::from_seed([9; 32]), Instant::now())
    }

    fn sign(key: &SecretKey, home: &Home, challenge: &Secret) -> Signature {
        key.sign(&Sessions::new(*home).message(challenge))
    }

    #[test]
    fn a_signed_challenge_opens_one_session_that_ends() {
        let (mut sessions, key, now) = sessions();
        let (challenge, token) = ([3; 32], [4; 32]);
        sessions.challenge(key.public().bytes(), challenge, now);
        let signature = sign(&key, &HOME, &challenge);
        assert_eq!(
            sessions.answer(&key.public(), &challenge, &signature, now),
            Ok(())
        );
        assert_eq!(
            sessions.holder(&token, now),
            None,
            "an answer alone opens nothing"
        );
        sessions.open(key.public().bytes(), &token, now);
        assert_eq!(sessions.holder(&token, now), Some(key.public().bytes()));
        assert_eq!(sessions.holder(&[5; 32], now), None);
        assert_eq!(sessions.holder(&token, now + SESSION), None);
        let again = sessions.answer(&key.public(), &challenge, &signature, now);
        assert_eq!(again, Err(Denied::Challenge), "a challenge works once");
    }

    #[test]
    fn nobody_else_and_nothing_else_opens_one() {
        let (mut sessions, key, now) = sessions();
        let other = SecretKey::from_seed([8; 32]);
        let challenge = [3; 32];
        let good = sign(&key, &HOME, &challenge);
        let elsewhere = sign(
            &key,
            &Home {
                organisation: Id::from_bytes([7; 32]),
                ..HOME
            },
            &challenge,
        );
        let mut open = |key: &SecretKey, signature: &Signature, now_: Instant| {
            sessions.challenge(SecretKey::from_seed([9; 32]).public().bytes(), challenge, now);
            sessions.answer(&key.public(), &challenge, signature, now_)
        };
        assert_eq!(
            open(&other, &sign(&other, &HOME, &challenge), now),
            Err(Denied::Challenge)
        );
        assert_eq!(open(&key, &elsewhere, now), Err(Denied::Signature));
        assert_eq!(open(&key, &good, now + CHALLENGE), Err(Denied::Challenge));
        assert_eq!(open(&key, &good, now), Ok(()));
    }

    #[test]
    fn challenges_asked_for_and_forgotten_do_not_pile_up() {
        let (mut sessions, key, now) = sessions();
        for i in 0..2 * OPEN as u64 {
            let mut challenge = [0; 32];
            challenge[..8].copy_from_slice(&i.to_be_bytes());
            sessions.challenge(key.public().bytes(), challenge, now + Duration::from_nanos(i));
        }
        assert_eq!(sessions.challenges.len(), OPEN);
    }
}
