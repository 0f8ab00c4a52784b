// Command ledger-go checks the files of a log with Go's x/mod (sumdb/note, sumdb/tlog), knowing nothing of our code.
//
// Usage: main FOLDER. What lies in FOLDER is described in ../README.md.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// cosigner verifies C2SP tlog-cosignature (type 0x04), which x/mod does not know.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
	time uint64
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }
func (c *cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	c.time = binary.BigEndian.Uint64(sig)
	signed := append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", c.time)), msg...)
	return ed25519.Verify(c.key, signed, sig[8:])
}

func newCosigner(vkey string) (*cosigner, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("malformed vkey")
	}
	material, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(material) != 33 || material[0] != 4 {
		return nil, errors.New("not a cosignature key")
	}
	digest := sha256.Sum256(append([]byte(parts[0]+"\n"), material...))
	hash := binary.BigEndian.Uint32(digest[:])
	if fmt.Sprintf("%08x", hash) != parts[1] {
		return nil, errors.New("the id is not that of the key")
	}
	return &cosigner{name: parts[0], hash: hash, key: material[1:]}, nil
}

type store struct{ hashes []tlog.Hash }

func (s *store) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = s.hashes[x]
	}
	return out, nil
}

type checker struct {
	folder  string
	log     note.Verifier
	receipt []string
	entries [][]byte
	store   *store
}

// open verifies a checkpoint's log signature and, when asked, the cosignatures of all known receipt keys.
func (c *checker) open(data []byte, cosigned bool) (tlog.Tree, []uint64, error) {
	verifiers := []note.Verifier{c.log}
	var cosigners []*cosigner
	if cosigned {
		for _, vkey := range c.receipt {
			v, err := newCosigner(vkey)
			if err != nil {
				return tlog.Tree{}, nil, err
			}
			cosigners = append(cosigners, v)
			verifiers = append(verifiers, v)
		}
	}
	opened, err := note.Open(data, note.VerifierList(verifiers...))
	if err != nil {
		return tlog.Tree{}, nil, err
	}
	if len(opened.Sigs) != len(verifiers) {
		return tlog.Tree{}, nil, fmt.Errorf("%d of %d signatures", len(opened.Sigs), len(verifiers))
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != c.log.Name() {
		return tlog.Tree{}, nil, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, nil, err
	}
	root, err := tlog.ParseHash(lines[2])
	var times []uint64
	for _, v := range cosigners {
		times = append(times, v.time)
	}
	return tlog.Tree{N: size, Hash: root}, times, err
}

func (c *checker) checkpoint(data []byte) error {
	tree, _, err := c.open(data, false)
	if err != nil {
		return err
	}
	root, err := tlog.Hash(sha256.Sum256(nil)), error(nil)
	if tree.N > 0 { // x/mod before 0.8 has no root for the empty tree; RFC 6962 section 2.1 has.
		root, err = tlog.TreeHash(tree.N, c.store)
	}
	if err == nil && root != tree.Hash {
		err = errors.New("the root is not that of the entries")
	}
	return err
}

func (c *checker) cosignature(data []byte) error {
	_, times, err := c.open(data, true)
	if err != nil {
		return err
	}
	want := strings.Fields(string(c.read("times.txt")))
	if len(times) == 0 || fmt.Sprint(times) != fmt.Sprint(want) {
		return fmt.Errorf("times %v, expected %v", times, want)
	}
	return nil
}

func (c *checker) proof(data []byte, name string) error {
	var n int64
	if _, err := fmt.Sscanf(name, "proof-%d", &n); err != nil {
		return err
	}
	head, rest, found := bytes.Cut(data, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a tlog-proof")
	}
	lines = lines[1:]
	if strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil {
		return err
	}
	var path tlog.RecordProof
	for _, line := range lines[1:] {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		path = append(path, h)
	}
	tree, _, err := c.open(rest, false)
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(c.entries[n])); err != nil {
		return err
	}
	own, err := tlog.ProveRecord(tree.N, n, c.store)
	if err == nil && fmt.Sprint(own) != fmt.Sprint(path) {
		err = errors.New("not the proof that x/mod makes")
	}
	return err
}

func (c *checker) consistency(data []byte) error {
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	if len(lines) < 4 {
		return errors.New("too short")
	}
	old, err1 := strconv.ParseInt(lines[0], 10, 64)
	size, err2 := strconv.ParseInt(lines[1], 10, 64)
	if err1 != nil || err2 != nil {
		return errors.New("not a size")
	}
	var hashes []tlog.Hash
	for _, line := range lines[2:] {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		hashes = append(hashes, h)
	}
	if err := tlog.CheckTree(tlog.TreeProof(hashes[2:]), size, hashes[1], old, hashes[0]); err != nil {
		return err
	}
	own, err := tlog.ProveTree(size, old, c.store)
	if err == nil && fmt.Sprint(own) != fmt.Sprint(hashes[2:]) {
		err = errors.New("not the proof that x/mod makes")
	}
	return err
}

func (c *checker) read(name string) []byte {
	data, err := os.ReadFile(filepath.Join(c.folder, name))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	return data
}

// judge runs the check that a file's name asks for.
func (c *checker) judge(path string) (err error) {
	name := filepath.Base(path)
	data := c.read(path)
	kind, _, _ := strings.Cut(name, "-")
	switch kind {
	case "checkpoint":
		return c.checkpoint(data)
	case "cosignature":
		return c.cosignature(data)
	case "proof":
		return c.proof(data, name)
	case "consistency":
		return c.consistency(data)
	}
	return errors.New("of no known kind")
}

func (c *checker) list(sub string) []string {
	files, err := os.ReadDir(filepath.Join(c.folder, sub))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	var names []string
	for _, f := range files {
		names = append(names, filepath.Join(sub, f.Name()))
	}
	sort.Strings(names)
	return names
}

func main() {
	c := &checker{folder: os.Args[1], store: &store{}}
	vkeys := strings.Fields(string(c.read("vkeys.txt")))
	log, err := note.NewVerifier(vkeys[0])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	c.log, c.receipt = log, vkeys[1:]
	lines := bytes.SplitAfter(c.read("entries.txt"), []byte("\n"))
	for i := 0; i+7 <= len(lines); i += 7 {
		entry := bytes.Join(lines[i:i+7], nil)
		hashes, err := tlog.StoredHashes(int64(len(c.entries)), entry, c.store)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		c.store.hashes = append(c.store.hashes, hashes...)
		c.entries = append(c.entries, entry)
	}
	accepted, rejected, wrong := 0, 0, 0
	for _, path := range c.list("good") {
		if err := c.judge(path); err != nil {
			wrong++
			fmt.Println("refused:", path, err)
			continue
		}
		accepted++
	}
	for _, path := range c.list("bad") {
		if c.judge(path) == nil {
			wrong++
			fmt.Println("accepted:", path)
			continue
		}
		rejected++
	}
	fmt.Printf("accepted %d, rejected %d, wrong %d\n", accepted, rejected, wrong)
	if wrong > 0 {
		os.Exit(1)
	}
}
