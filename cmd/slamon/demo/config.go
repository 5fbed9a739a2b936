package demo

import (
	_ "embed"
	"os"
	"path/filepath"
	"strings"
	"text/template"
	"time"

	"github.com/slamon/slamon/cmd/slamon/simulate"
)

// configTemplate is an ordinary configuration with the addresses left open.
//
//go:embed demo.toml.tmpl
var configTemplate string

// writeConfig fills the template. The claims' window is the demo itself, so that
// nothing before it counts as unknown.
func (d *showing) writeConfig(listen string) (string, error) {
	length := d.length
	if length == 0 {
		length = time.Hour
	}
	begin := d.start.Truncate(time.Second)
	var text strings.Builder
	err := template.Must(template.New("demo").Parse(configTemplate)).Execute(&text, map[string]string{
		"Store":   filepath.Join(d.dir, "slamon.db"),
		"Listen":  listen,
		"Meeting": d.meeting.Address(),
		"Seminar": d.seminar.Address(),
		"Rooms":   d.rooms.Address(),
		"Mail":    d.mailbox.Address(),
		"Full":    d.full.Address(),
		"Gateway": d.gateway.Address(),

		"Community": filepath.Join(d.dir, "community"),

		"From": begin.UTC().Format(time.RFC3339),
		"To":   begin.Add(length.Truncate(time.Second)).UTC().Format(time.RFC3339),
	})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(d.dir, "community"), []byte(simulate.Community), 0o600); err != nil {
		return "", err
	}
	file := filepath.Join(d.dir, "slamon.toml")
	return file, os.WriteFile(file, []byte(text.String()), 0o600)
}
