package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
)

const exampleFile = "../config.example.toml"

var (
	defaultLine = regexp.MustCompile(`^#([a-z_0-9]+ = )`)
	otherLine   = regexp.MustCompile(`^#: `)
)

func exampleLines(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(data), "\n")
}

// same compares configurations apart from what names the file.
func same(t *testing.T, want, got *Config) {
	t.Helper()
	options := cmp.Options{
		cmpopts.IgnoreFields(Config{}, "Hash", "File"),
		cmpopts.IgnoreUnexported(Config{}),
		cmp.Comparer(func(a, b *regexp.Regexp) bool {
			return (a == nil) == (b == nil) && (a == nil || a.String() == b.String())
		}),
		cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() }),
		cmp.Comparer(func(a, b secret.Value) bool { return a.Reveal() == b.Reveal() }),
		cmp.Comparer(func(a, b *x509.CertPool) bool { return a.Equal(b) }),
		cmpopts.EquateComparable(),
		cmpopts.EquateEmpty(),
		cmp.FilterPath(func(p cmp.Path) bool { return p.Last().Type() == reflect.TypeFor[Complaint]() },
			cmp.Comparer(func(a, b Complaint) bool { return a.Text == b.Text })),
		cmp.Transformer("prefix", func(p check.STUN) any {
			return []any{p.Address, p.Family, p.Network, p.Expect.String(), p.TLS}
		}),
	}
	if diff := cmp.Diff(want, got, options); diff != "" {
		t.Errorf("configurations differ (-want +got):\n%s", diff)
	}
}

func mustParse(t *testing.T, name, text string) *Config {
	t.Helper()
	c, err := Parse(name, []byte(text))
	if err != nil {
		t.Fatalf("Parse(%s):\n%s", name, err)
	}
	return c
}

func TestExampleIsFine(t *testing.T) {
	c, err := Load(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range c.Warnings {
		t.Errorf("warning: %s", w)
	}
}

// TestExampleShowsDefaults takes the # from every default: nothing may change.
func TestExampleShowsDefaults(t *testing.T) {
	lines := exampleLines(t)
	asItIs := mustParse(t, exampleFile, strings.Join(lines, "\n"))
	count := 0
	for i, line := range lines {
		if defaultLine.MatchString(line) {
			lines[i] = line[1:]
			count++
		}
	}
	if count < 80 {
		t.Errorf("only %d defaults were found in the example", count)
	}
	same(t, asItIs, mustParse(t, exampleFile, strings.Join(lines, "\n")))
}

// TestExampleShowsClassDefaults asks for the pace of a check of each class, with
// the defaults that the example shows and without any.
func TestExampleShowsClassDefaults(t *testing.T) {
	text := strings.Join(exampleLines(t), "\n")
	text = text[strings.Index(text, "[defaults.application]"):strings.Index(text, "[[service]]")]
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		lines = append(lines, defaultLine.ReplaceAllString(line, "$1"))
	}
	var checks strings.Builder
	checks.WriteString("[[service]]\nid = \"s\"\n")
	for _, class := range check.Classes {
		fmt.Fprintf(&checks, "[[service.check]]\nid = %q\nclass = %q\ntcp = { address = \"192.0.2.1:1\" }\n", class, class)
		if class == check.Security {
			checks.WriteString("interval = \"1h\"\n")
		}
	}
	same(t, mustParse(t, "x", checks.String()), mustParse(t, "x", checks.String()+strings.Join(lines, "\n")))
}

// TestExampleOfOtherKeys takes the #: from each group of lines: it must be
// right where it stands.
func TestExampleOfOtherKeys(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "meeting.password", "hunter2\n")
	writeFile(t, dir, "rooms.pb", "descriptors")
	certificate(t, dir)
	writeFile(t, dir, "holidays-jp.ics", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n"+
		"DTSTART;VALUE=DATE:20261123\r\nSUMMARY:Labour Thanksgiving Day\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
	for _, name := range []string{"MEETING_TOKEN", "PROXY_PASSWORD", "MAIL_PASSWORD", "API_KEY", "BACKUP_TOKEN", "PEER_PASSWORD"} {
		t.Setenv(name, "hunter2")
	}
	t.Setenv("HOOK_URL", "https://hooks.example.com/hunter2")
	t.Setenv("SNMP_PASSWORD", "hunter2hunter2")
	lines := exampleLines(t)
	for i := 0; i < len(lines); i++ {
		if !otherLine.MatchString(lines[i]) {
			continue
		}
		first := i
		with := slices.Clone(lines)
		for ; otherLine.MatchString(lines[i]); i++ {
			with[i] = lines[i][3:]
		}
		t.Run(fmt.Sprintf("line_%d", first+1), func(t *testing.T) {
			mustParse(t, filepath.Join(dir, "slamon.toml"), strings.Join(with, "\n"))
		})
	}
}

// TestExampleIsComplete looks for every key of every mirror type.
func TestExampleIsComplete(t *testing.T) {
	seen := map[reflect.Type]map[string]bool{}
	for _, commented := range []*regexp.Regexp{defaultLine, otherLine} {
		lines := exampleLines(t)
		for i, line := range lines {
			if commented.MatchString(line) {
				lines[i] = strings.TrimLeft(line, "#: ")
			}
		}
		r := newReader("example", []byte(strings.Join(lines, "\n")))
		root := r.grow()
		if root == nil {
			t.Fatal(r.complaints)
		}
		collect(seen, reflect.TypeFor[file](), root)
	}
	for typ := range mirrorTypes(reflect.TypeFor[file](), map[reflect.Type]bool{}) {
		for _, key := range layoutOf(typ).names {
			kindOfAnchor := typ == reflect.TypeFor[anchorFile]() && isKind(key) // shown at checks
			if !seen[typ][key] && !kindOfAnchor {
				t.Errorf("%s.%s does not stand in the example", typ.Name(), key)
			}
		}
	}
}

// tableType returns the mirror type of a table behind pointers and lists.
func tableType(t reflect.Type) (reflect.Type, bool) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t, t.Kind() == reflect.Struct && reflect.PointerTo(t).Implements(reflect.TypeFor[headed]())
}

func collect(seen map[reflect.Type]map[string]bool, t reflect.Type, n *node) {
	if seen[t] == nil {
		seen[t] = map[string]bool{}
	}
	tables := []*node{n}
	if n.kind == aTableList || n.kind == aList {
		tables = nil
		for _, e := range n.inner {
			tables = append(tables, e.value)
		}
	}
	for _, item := range tables {
		for _, e := range item.inner {
			seen[t][e.name] = true
			index, ok := layoutOf(t).fields[e.name]
			if !ok {
				continue
			}
			if inner, ok := tableType(t.FieldByIndex(index).Type); ok {
				collect(seen, inner, e.value)
			}
		}
	}
}

func mirrorTypes(t reflect.Type, all map[reflect.Type]bool) map[reflect.Type]bool {
	all[t] = true
	for _, index := range layoutOf(t).fields {
		if inner, ok := tableType(t.FieldByIndex(index).Type); ok && !all[inner] {
			mirrorTypes(inner, all)
		}
	}
	return all
}

func writeFile(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// certificate writes vendor-ca.pem, client.pem and client.key.
func certificate(t *testing.T, dir string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "monitor"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	writeFile(t, dir, "vendor-ca.pem", certPEM)
	writeFile(t, dir, "client.pem", certPEM)
	writeFile(t, dir, "client.key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})))
}
