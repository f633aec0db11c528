// Reads tests/vectors/log with Go's sumdb packages: a second opinion on notes, proofs and tiles, by code that knows
// nothing of Hearthlog. Argument: the folder of the vectors. Silent and 0 if all is well.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type key struct{ Vkey string }

func main() {
	verifiers, next := keys()
	checkpoints(verifiers, next)
	tree()
	tiles()
}

// keys gives the log's first key with the witnesses', and the log's second key.
func keys() (note.Verifiers, note.Verifiers) {
	var file struct{ Log, Witnesses []key }
	load("keys", &file)
	log, err := note.NewVerifier(file.Log[0].Vkey)
	check(err, "log key")
	next, err := note.NewVerifier(file.Log[1].Vkey)
	check(err, "next key")
	all := []note.Verifier{log}
	for _, witness := range file.Witnesses {
		all = append(all, cosigner(witness.Vkey))
	}
	return note.VerifierList(all...), note.VerifierList(next)
}

func checkpoints(verifiers, next note.Verifiers) {
	var file struct{ Note, Arrived, Held, Empty string }
	load("checkpoint", &file)
	for text, signatures := range map[string]int{file.Note: 1, file.Arrived: 3, file.Held: 3, file.Empty: 1} {
		opened, err := note.Open([]byte(text), verifiers)
		check(err, text)
		require(len(opened.Sigs) == signatures, text)
	}
	var handover struct{ Handover string }
	load("handover", &handover)
	_, err := note.Open([]byte(handover.Handover), next)
	check(err, "handover")
	var proof struct{ Proof string }
	load("proof", &proof)
	_, checkpoint, _ := strings.Cut(proof.Proof, "\n\n")
	_, err = note.Open([]byte(checkpoint), verifiers)
	check(err, "tlog-proof")
	var malformed struct{ Notes []struct{ Name, Note string } }
	load("malformed", &malformed)
	for _, bad := range malformed.Notes {
		_, err := note.Open([]byte(bad.Note), verifiers)
		require(err != nil && err.Error() == "malformed note", bad.Name)
	}
}

func tree() {
	var file struct {
		Entries, Leaves, Roots []string
		Inclusion              []struct {
			Index, Size int64
			Proof       []string
		}
		Consistency []struct {
			From, To int64
			Proof    []string
		}
	}
	load("tree", &file)
	for i, entry := range file.Entries {
		bytes, err := hex.DecodeString(entry)
		check(err, entry)
		require(tlog.RecordHash(bytes) == hash(file.Leaves[i]), "leaf "+entry)
	}
	for _, p := range file.Inclusion {
		check(tlog.CheckRecord(hashes(p.Proof), p.Size, hash(file.Roots[p.Size]), p.Index, hash(file.Leaves[p.Index])), fmt.Sprint(p))
	}
	for _, p := range file.Consistency {
		if p.From > 0 { // CheckTree knows no proof from the empty tree.
			check(tlog.CheckTree(hashes(p.Proof), p.To, hash(file.Roots[p.To]), p.From, hash(file.Roots[p.From])), fmt.Sprint(p))
		}
	}
}

func tiles() {
	var file struct {
		Log_of_300 struct {
			Root  string
			Tiles []struct{ Path, Sha256 string }
		}
	}
	load("tiles", &file)
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) (found []tlog.Hash, err error) {
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	for i := int64(0); i < 300; i++ {
		grown, err := tlog.StoredHashes(i, []byte(fmt.Sprintf("entry %d", i)), reader)
		check(err, "entry")
		stored = append(stored, grown...)
	}
	root, err := tlog.TreeHash(300, reader)
	check(err, "root")
	require(root == hash(file.Log_of_300.Root), "root of 300")
	for _, tile := range file.Log_of_300.Tiles {
		// Go's paths name the height, C2SP's do not.
		parsed, err := tlog.ParseTilePath(strings.Replace(tile.Path, "tile/", "tile/8/", 1))
		check(err, tile.Path)
		data, err := tlog.ReadTileData(parsed, reader)
		check(err, tile.Path)
		sum := sha256.Sum256(data)
		require(hex.EncodeToString(sum[:]) == tile.Sha256, tile.Path)
	}
}

// cosignature is a key of type 0x04 (C2SP tlog-cosignature), which sumdb does not know.
type cosignature struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func cosigner(vkey string) note.Verifier {
	parts := strings.SplitN(vkey, "+", 3)
	typed, err := base64.StdEncoding.DecodeString(parts[2])
	check(err, vkey)
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), typed...))
	require(typed[0] == 4 && hex.EncodeToString(sum[:4]) == parts[1], vkey)
	return cosignature{parts[0], binary.BigEndian.Uint32(sum[:4]), typed[1:]}
}

func (c cosignature) Name() string    { return c.name }
func (c cosignature) KeyHash() uint32 { return c.id }
func (c cosignature) Verify(text, blob []byte) bool {
	if len(blob) != 72 {
		return false
	}
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(blob), text)
	return ed25519.Verify(c.key, []byte(message), blob[8:])
}

func load(name string, into any) {
	bytes, err := os.ReadFile(filepath.Join(os.Args[1], name+".json"))
	check(err, name)
	check(json.Unmarshal(bytes, into), name)
}

func hash(text string) (hash tlog.Hash) {
	bytes, err := hex.DecodeString(text)
	check(err, text)
	copy(hash[:], bytes)
	return hash
}

func hashes(texts []string) (hashes []tlog.Hash) {
	for _, text := range texts {
		hashes = append(hashes, hash(text))
	}
	return hashes
}

func check(err error, what string) {
	if err != nil {
		fail(fmt.Sprintf("%s: %v", what, err))
	}
}

func require(holds bool, what string) {
	if !holds {
		fail(what)
	}
}

func fail(what string) {
	fmt.Fprintln(os.Stderr, what)
	os.Exit(1)
}
