//! Frames of the exchange protocols (docs/protocol.md §5): an unsigned-varint length and that many bytes of canonical CBOR.

use std::io;
use std::marker::PhantomData;

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use hearth_protocol::codec;
use libp2p::StreamProtocol;
use libp2p::request_response::Codec;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// One request `Q` and one reply `A` per stream.
pub(super) struct Frames<Q, A> {
    longest: Longest,
    messages: PhantomData<fn() -> (Q, A)>,
}

/// Bytes of the longest frames that are read, without their lengths.
#[derive(Debug, Clone, Copy)]
pub(super) struct Longest {
    pub(super) request: usize,
    pub(super) reply: usize,
}

impl<Q, A> Frames<Q, A> {
    pub(super) fn up_to(longest: Longest) -> Self {
        Self {
            longest,
            messages: PhantomData,
        }
    }
}

impl<Q, A> Clone for Frames<Q, A> {
    fn clone(&self) -> Self {
        Self::up_to(self.longest)
    }
}

impl<Q, A> Codec for Frames<Q, A>
where
    Q: Serialize + DeserializeOwned + Send,
    A: Serialize + DeserializeOwned + Send,
{
    type Protocol = StreamProtocol;
    type Request = Q;
    type Response = A;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Q>
    where
        T: AsyncRead + Unpin + Send,
    {
        read(io, self.longest.request).await
    }

    async fn read_response<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<A>
    where
        T: AsyncRead + Unpin + Send,
    {
        read(io, self.longest.reply).await
    }

    async fn write_request<T>(&mut self, _: &StreamProtocol, io: &mut T, request: Q) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        write(io, &codec::encode(&request)).await
    }

    async fn write_response<T>(&mut self, _: &StreamProtocol, io: &mut T, reply: A) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        write(io, &codec::encode(&reply)).await
    }
}

async fn read<T, M>(io: &mut T, limit: usize) -> io::Result<M>
where
    T: AsyncRead + Unpin + Send,
    M: Serialize + DeserializeOwned,
{
    let length = read_length(io).await?;
    if length > limit {
        return Err(garbage(format!(
            "a frame of {length} bytes; at most {limit} are allowed"
        )));
    }
    // The buffer grows with what arrives: an announced length reserves nothing.
    let mut bytes = Vec::new();
    io.take(length as u64).read_to_end(&mut bytes).await?;
    if bytes.len() != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    codec::decode(&bytes).map_err(|e| garbage(e.to_string()))
}

async fn read_length<T: AsyncRead + Unpin + Send>(io: &mut T) -> io::Result<usize> {
    let mut buffer = unsigned_varint::encode::usize_buffer();
    for end in 1..=buffer.len() {
        io.read_exact(&mut buffer[end - 1..end]).await?;
        if unsigned_varint::decode::is_last(buffer[end - 1]) {
            return unsigned_varint::decode::usize(&buffer[..end])
                .map(|(length, _)| length)
                .map_err(|e| garbage(e.to_string()));
        }
    }
    Err(garbage("a length without an end".into()))
}

async fn write<T: AsyncWrite + Unpin + Send>(io: &mut T, bytes: &[u8]) -> io::Result<()> {
    let mut buffer = unsigned_varint::encode::usize_buffer();
    io.write_all(unsigned_varint::encode::usize(bytes.len(), &mut buffer))
        .await?;
    io.write_all(bytes).await?;
    io.flush().await
}

fn garbage(reason: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::io::Cursor;

    use super::*;

    fn frame(length: &[u8], bytes: &[u8]) -> Cursor<Vec<u8>> {
        Cursor::new([length, bytes].concat())
    }

    #[test]
    fn a_frame_is_a_varint_length_and_canonical_cbor() {
        let mut out = Vec::new();
        block_on(write(&mut out, &codec::encode(&vec![7u64; 200]))).unwrap();
        assert_eq!(out[..4], [0xca, 0x01, 0x98, 200]);
        let read: Vec<u64> = block_on(read(&mut Cursor::new(out), 202)).unwrap();
        assert_eq!(read, vec![7; 200]);
    }

    #[test]
    fn garbage_is_refused_with_its_reason() {
        let cases: [(&[u8], &[u8], &str); 6] = [
            (&[3], &[0x81, 0x18, 0x07], "overlong CBOR"),
            (&[2], &[7, 7], "trailing bytes"),
            (&[1], &[0xff], "not CBOR"),
            (&[0x81, 0x00], &[7], "overlong length"),
            (&[0xff; 10], &[], "endless length"),
            (&[0xff, 0x01], &[7], "longer than the limit"),
        ];
        for (length, bytes, what) in cases {
            let error = block_on(read::<_, Vec<u64>>(&mut frame(length, bytes), 100)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{what}: {error}");
        }
        let error = block_on(read::<_, u64>(&mut frame(&[9], &[7]), 100)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
