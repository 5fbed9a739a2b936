package browser

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

const (
	// authoritiesMost bounds the authorities of one's own: each is a program that runs.
	authoritiesMost = 20

	// certutilTime is how long it may take for one; it is done within 10 ms.
	certutilTime = 20 * time.Second
)

// errNoCertutil means that Chromium cannot be told whom to trust.
var errNoCertutil = errors.New("ca_file needs certutil, which is not installed (Debian's package libnss3-tools)")

// trust writes the authorities into the profile's own database of NSS, where Chromium
// looks for those that are trusted besides its own. It verifies names, times and chains
// as ever. To name keys whose errors are ignored would be less: Chromium looks for them
// in what a server presents, so that anybody who appends the authority's certificate passes.
func (p *process) trust(in []byte, as *Identity) error {
	if len(in) == 0 {
		return nil
	}
	certutil, err := exec.LookPath("certutil")
	if err != nil {
		return errNoCertutil
	}
	db := filepath.Join(p.dir, ".pki", "nssdb")
	run := func(input []byte, args ...string) error {
		ctx, cancel := context.WithTimeout(context.Background(), certutilTime)
		defer cancel()
		cmd := exec.CommandContext(ctx, certutil, append(args, "-d", "sql:"+db)...)
		cmd.Env, cmd.Dir, cmd.Stdin = []string{"HOME=" + p.dir, "LANG=C.UTF-8"}, p.dir, bytes.NewReader(input)
		isolate(cmd, as)
		if said, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("certutil: %w: %s", err, begin(string(said)))
		}
		return nil
	}
	for _, dir := range []string{filepath.Dir(db), db} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
		if as != nil {
			if err := os.Chown(dir, int(as.UID), int(as.GID)); err != nil {
				return err
			}
		}
	}
	if err := run(nil, "-N", "--empty-password"); err != nil {
		return err
	}
	for n := 1; ; n++ {
		block, rest := pem.Decode(in)
		switch {
		case block == nil:
			return nil
		case n > authoritiesMost:
			return fmt.Errorf("ca_file holds more than %d authorities", authoritiesMost)
		}
		in = rest
		if block.Type != "CERTIFICATE" {
			continue
		}
		if err := run(block.Bytes, "-A", "-n", "slamon "+strconv.Itoa(n), "-t", "C,,"); err != nil {
			return err
		}
	}
}
