package config

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/slamon/slamon/check"
)

type programFile struct {
	table
	Program    field[string]   `toml:"program"`
	Args       []field[string] `toml:"args"`
	Shell      field[bool]     `toml:"shell"`
	Env        variableList    `toml:"env"`
	Directory  field[string]   `toml:"directory"`
	User       field[string]   `toml:"user"`
	MaxMemory  field[bytes]    `toml:"max_memory"`
	MaxOutput  field[bytes]    `toml:"max_output"`
	Convention field[string]   `toml:"convention"`
}

type webSocketFile struct {
	table
	URL          field[string]   `toml:"url"`
	Headers      headerList      `toml:"headers"`
	Subprotocols []field[string] `toml:"subprotocols"`
	Dialogue     []stepFile      `toml:"dialogue"`
	Ping         field[bool]     `toml:"ping"`
	Family       field[string]   `toml:"family"`
	TLS          *tlsFile        `toml:"tls"`
}

type turnFile struct {
	table
	Address  field[string] `toml:"address"`
	Family   field[string] `toml:"family"`
	Network  field[string] `toml:"network"`
	User     field[string] `toml:"user"`
	Password secretKey     `toml:"password"`
	TLS      *tlsFile      `toml:"tls"`
}

type throughputFile struct {
	table
	DownURL      field[string] `toml:"down_url"`
	DownBytes    field[bytes]  `toml:"down_bytes"`
	DownKbitMin  field[int64]  `toml:"down_kbit_min"`
	UpURL        field[string] `toml:"up_url"`
	UpBytes      field[bytes]  `toml:"up_bytes"`
	UpKbitMin    field[int64]  `toml:"up_kbit_min"`
	ReferenceURL field[string] `toml:"reference_url"`
	Family       field[string] `toml:"family"`
	TLS          *tlsFile      `toml:"tls"`
}

type mailboxFile struct {
	table
	From   field[string] `toml:"from"`
	To     field[string] `toml:"to"`
	Folder field[string] `toml:"folder"`
	SMTP   *mailFile     `toml:"smtp"`
	IMAP   *mailFile     `toml:"imap"`
}

// The limits of a command and of a transfer.
const (
	minMemory       = 8 << 20 // less is too little for any program to start
	maxMemory       = 64 << 30
	minOutput       = 80
	maxOutput       = 1 << 20
	defaultOutput   = 64 << 10
	defaultTransfer = 256 << 10 // 4 s of 512 kbit/s
	maxTransfer     = 16 << 20  // a measurement must not be the load
	maxKbit         = 10_000_000
)

func (r *reader) runs(f *programFile) check.Params {
	p := check.Command{
		Shell:     f.Shell.v,
		Directory: f.Directory.or("/"),
		User:      f.User.v,
		MaxMemory: r.sized(f.MaxMemory, "max_memory", 0, maxMemory, 0),
		MaxOutput: r.sized(f.MaxOutput, "max_output", minOutput, maxOutput, defaultOutput),
		Plain:     r.oneOf(f.Convention, "convention", "plugin", "plugin", "plain") == "plain",
	}
	if p.MaxMemory > 0 && p.MaxMemory < minMemory {
		r.complain(f.MaxMemory.at, `max_memory = "64MiB"`, "max_memory %q: no program starts in less than %s", FormatSize(p.MaxMemory), FormatSize(minMemory))
	}
	for _, a := range f.Args {
		if strings.ContainsRune(a.v, 0) {
			r.complain(a.at, "take it out", "an argument cannot hold a NUL character")
		}
		p.Args = append(p.Args, a.v)
	}
	for _, v := range f.Env {
		if !envName.MatchString(v.name) {
			r.complain(v.at, "use letters, digits and '_'", "%s cannot be the name of an environment variable", quote(v.name))
		}
		p.Env = append(p.Env, check.Variable{Name: v.name, Value: v.value, Plain: v.plain})
	}
	if !filepath.IsAbs(p.Directory) {
		r.complain(f.Directory.at, `directory = "/"`, "directory %s is not an absolute path", quote(p.Directory))
	}
	if r.need(f.Program.set, &f.table, "command", "program", "/usr/lib/nagios/plugins/check_http") && f.Program.ok {
		p.Program = f.Program.v
		r.executable(f)
	}
	return p
}

func (r *reader) executable(f *programFile) {
	program := f.Program.v
	switch {
	case program == "" || strings.ContainsRune(program, 0):
		r.complain(f.Program.at, `program = "/usr/lib/nagios/plugins/check_http"`, "the program is empty")
	case f.Shell.v:
	case !filepath.IsAbs(program):
		r.complain(f.Program.at, `program = "/usr/lib/nagios/plugins/check_http", arguments in args; or shell = true`,
			"program %s is not an absolute path", quote(program))
	default:
		if info, err := os.Stat(program); err != nil {
			r.warn(f.Program.at, "install it, or correct the path", "%s", fileError(program, err))
		} else if info.IsDir() || info.Mode()&0o111 == 0 {
			r.complain(f.Program.at, "chmod +x "+program, "program %s cannot be run", quote(program))
		}
	}
}

func (r *reader) webSocket(f *webSocketFile) check.Params {
	p := check.WebSocket{
		Headers: f.Headers.headers(r, forbiddenHeaders),
		Ping:    f.Ping.v,
		Family:  r.family(f.Family),
		TLS:     f.TLS.options(r),
	}
	if r.need(f.URL.set, &f.table, "websocket", "url", "wss://www.example.com/socket") && f.URL.ok {
		u := f.URL
		if rest, ok := strings.CutPrefix(u.v, "ws"); ok && (strings.HasPrefix(rest, "://") || strings.HasPrefix(rest, "s://")) {
			u.v = "http" + rest
		}
		p.URL = r.url(u, "url", p.Family)
	}
	for _, s := range f.Subprotocols {
		if s.ok && !headerName.MatchString(s.v) {
			r.complain(s.at, `subprotocols = ["chat"]`, "subprotocol %s: want one word (RFC 6455)", quote(s.v))
		}
		p.Subprotocols = append(p.Subprotocols, s.v)
	}
	for i := range f.Dialogue {
		p.Dialogue = append(p.Dialogue, r.step(&f.Dialogue[i]))
	}
	return p
}

func (r *reader) turn(f *turnFile) check.Params {
	p := check.TURN{
		Family:   r.family(f.Family),
		Network:  r.oneOf(f.Network, "network", "udp", "udp", "tcp", "tls"),
		User:     f.User.v,
		Password: f.Password.v,
		TLS:      f.TLS.options(r),
	}
	port := 3478 // RFC 8656 section 3.1; 5349 over TLS
	if p.Network == "tls" {
		port = 5349
	} else if f.TLS != nil {
		r.complain(f.TLS.at, `network = "tls"`, "the tls table has no use with network %q", p.Network)
	}
	if r.need(f.Address.set, &f.table, "turn", "address", "turn.example.com") {
		p.Address = r.address(f.Address, "address", port, p.Family)
	}
	r.required(f.User.set, &f.table, "user", `user = "monitor" and password = { env = "NAME" }`, "the turn table has no user: no server relays without")
	if f.User.or("") != "" != f.Password.set {
		r.complain(max(f.User.at, f.Password.at), `user = "…" with password = { env = "NAME" }`, "user and password need each other")
	}
	return p
}

func (r *reader) throughput(f *throughputFile) check.Params {
	p := check.Throughput{
		DownBytes: r.sized(f.DownBytes, "down_bytes", 1000, maxTransfer, defaultTransfer),
		DownMin:   1000 * float64(r.within(f.DownKbitMin, "down_kbit_min", 0, maxKbit, 512)),
		UpBytes:   r.sized(f.UpBytes, "up_bytes", 1000, maxTransfer, defaultTransfer),
		UpMin:     1000 * float64(r.within(f.UpKbitMin, "up_kbit_min", 0, maxKbit, 384)),
		Family:    r.family(f.Family),
		TLS:       f.TLS.options(r),
	}
	for _, one := range []struct {
		f    field[string]
		into **url.URL
	}{{f.DownURL, &p.Down}, {f.UpURL, &p.Up}, {f.ReferenceURL, &p.Reference}} {
		if one.f.or("") != "" {
			*one.into = r.url(one.f, "url", p.Family)
		}
	}
	if f.DownURL.or("") == "" && f.UpURL.or("") == "" {
		r.complain(f.at, `down_url = "https://www.example.com/100kB.bin"`, "the throughput table has neither down_url nor up_url")
	}
	return p
}

func (r *reader) roundTrip(f *mailboxFile) check.Params {
	p := check.Mailbox{Folder: f.Folder.or("INBOX")}
	p.From = r.mailAddress(f.From, &f.table, "from", "monitor@example.net")
	p.To = r.mailAddress(f.To, &f.table, "to", "probe@example.com")
	if strings.ContainsAny(p.Folder, "\r\n\x00<>") || p.Folder == "" {
		r.complain(f.Folder.at, `folder = "INBOX"`, "folder %s cannot be the name of a mailbox", quote(p.Folder))
	}
	if r.required(f.SMTP != nil, &f.table, "smtp", `smtp = { address = "mail.example.net" }`, "the mailbox table does not say by what server to send") {
		p.SMTP, _ = r.mail(f.SMTP, "smtp").(check.Mail)
	}
	if r.required(f.IMAP != nil, &f.table, "imap", `imap = { address = "mail.example.com", … }`, "the mailbox table does not say where to find the mail") {
		p.IMAP, _ = r.mail(f.IMAP, "imap").(check.Mail)
		r.required(f.IMAP.User.set, &f.IMAP.table, "user", `user = "probe" and password = { env = "NAME" }`, "the imap table of a mailbox needs a user")
	}
	return p
}

func (r *reader) mailAddress(f field[string], t *table, key, example string) string {
	if !r.required(f.set, t, key, key+` = "`+example+`"`, "the mailbox table has no %s", key) || !f.ok {
		return ""
	}
	local, domain, ok := strings.Cut(f.v, "@")
	if !ok || local == "" || !validHost(domain) || strings.ContainsAny(f.v, " \t\r\n<>\x00") {
		r.complain(f.at, key+` = "`+example+`"`, "%s %s is not a mail address", key, quote(f.v))
	}
	return f.v
}
