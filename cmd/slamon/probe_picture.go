package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/pflag"

	"github.com/slamon/slamon/check"
)

// keepPicture writes what a browser showed when a step failed: into the file, or
// with --trace into a new one, and says where it is.
func (f *probeFlags) keepPicture(w io.Writer, r check.Result) error {
	if r.Detail == nil || r.Detail.Picture == "" || f.picture == "" && !f.trace {
		return nil
	}
	name := f.picture
	if name == "" {
		file, err := os.CreateTemp("", "slamon-"+string(r.Check)+"-*.png")
		if err != nil {
			return exitError{codeFailed, fmt.Errorf("the picture cannot be kept: %w", err)}
		}
		file.Close()
		name = file.Name()
	}
	if err := os.WriteFile(name, []byte(r.Detail.Picture), 0o600); err != nil {
		return exitError{codeFailed, fmt.Errorf("the picture cannot be kept: %w", err)}
	}
	say(w, "picture: %s\n", name)
	return nil
}

func browserKind(fs *pflag.FlagSet) func(string) (check.Params, error) {
	root := fs.Bool("no-sandbox", false, "run Chromium without its sandbox, as root has to")
	wait := fs.String("wait-for", "", "CSS selector of what must be visible")
	expect := expectFlag(fs, "the text of the page")
	return func(target string) (check.Params, error) {
		if err := httpTarget(target, "browser"); err != nil {
			return nil, err
		}
		step := check.BrowserStep{Name: "open", Open: check.Text(target), WaitFor: *wait}
		re, err := expect()
		if re != nil {
			step.Text = []check.Match{{Pattern: re}}
		}
		return check.Browser{NoSandbox: *root, Steps: []check.BrowserStep{step}}, err
	}
}
