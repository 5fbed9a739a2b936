package config

import (
	"strconv"
	"strings"

	"github.com/slamon/slamon/check"
)

func (d *dumper) command(p check.Command) {
	d.text("program", p.Program)
	d.texts("args", p.Args)
	d.flag("shell", p.Shell)
	d.variables("env", p.Env)
	d.text("directory", p.Directory)
	d.text("user", p.User)
	d.raw("max_memory", tomlText(FormatSize(p.MaxMemory)))
	d.raw("max_output", tomlText(FormatSize(p.MaxOutput)))
	if p.Plain {
		d.text("convention", "plain")
	}
}

// variables writes names and values; those that are secret as placeholders.
func (d *dumper) variables(key string, all []check.Variable) {
	var pairs []string
	for _, v := range all {
		value := v.Value.String()
		if v.Plain {
			value = v.Value.Reveal()
		}
		pairs = append(pairs, v.Name+" = "+tomlText(value))
	}
	d.inline(key, pairs)
}

func (d *dumper) webSocket(p check.WebSocket) {
	d.text("url", p.URL.String())
	d.headers("headers", p.Headers)
	d.texts("subprotocols", p.Subprotocols)
	d.dialogue(p.Dialogue)
	d.flag("ping", p.Ping)
	d.family(p.Family)
	d.tls(p.TLS)
}

func (d *dumper) dialogue(all []check.Step) {
	var steps []string
	for _, s := range all {
		inner := &dumper{}
		inner.payload(s.Send)
		inner.pattern("expect", s.Expect)
		steps = append(steps, "{ "+strings.ReplaceAll(strings.TrimSpace(inner.b.String()), "\n", ", ")+" }")
	}
	if len(steps) > 0 {
		d.raw("dialogue", "["+strings.Join(steps, ", ")+"]")
	}
}

func (d *dumper) turn(p check.TURN) {
	d.address(p.Address, p.Family)
	d.text("network", p.Network)
	d.text("user", p.User)
	d.secret("password", p.Password)
	d.tls(p.TLS)
}

func (d *dumper) throughput(p check.Throughput) {
	if p.Down != nil {
		d.text("down_url", p.Down.String())
	}
	d.raw("down_bytes", tomlText(FormatSize(p.DownBytes)))
	d.raw("down_kbit_min", strconv.Itoa(int(p.DownMin/1000)))
	if p.Up != nil {
		d.text("up_url", p.Up.String())
	}
	d.raw("up_bytes", tomlText(FormatSize(p.UpBytes)))
	d.raw("up_kbit_min", strconv.Itoa(int(p.UpMin/1000)))
	if p.Reference != nil {
		d.text("reference_url", p.Reference.String())
	}
	d.family(p.Family)
	d.tls(p.TLS)
}

func (d *dumper) mailbox(parent string, p check.Mailbox) {
	d.text("from", p.From)
	d.text("to", p.To)
	d.text("folder", p.Folder)
	d.section("[" + parent + ".smtp]")
	d.mail(p.SMTP)
	d.section("[" + parent + ".imap]")
	d.mail(p.IMAP)
}
