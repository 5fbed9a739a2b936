package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/store"
)

// backupTimeout bounds a backup by the daemon: it copies and reads back some 100 MB
// a second, and a store of many years has a few GB.
const backupTimeout = time.Hour

func backupCommand() *cobra.Command {
	var r connection
	var path string
	cmd := &cobra.Command{
		Use:   "backup [flags] [FILE]",
		Short: "Make a verified copy of the store",
		Long: `backup asks the running daemon for a backup into its backup directory, now.
Probing goes on. The copy is read back from the disk, every record of it, before
it gets its name, and the oldest backups beyond storage.backups_kept are removed.

With --storage.path it copies a store that no daemon has open to FILE.

Exit codes: 0 made and verified; 2 usage; 4 failed.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case path != "" && len(args) == 1:
				return backupOffline(cmd.Context(), cmd.OutOrStdout(), path, args[0])
			case path != "":
				return exitError{codeUsage, errors.New("--storage.path needs the file to copy to\ntry: slamon backup --storage.path slamon.db copy.db")}
			case len(args) == 1:
				return exitError{codeUsage, errors.New("the running daemon writes into its own backup directory\ntry: slamon backup, or with --storage.path when the daemon is stopped")}
			}
			c, err := r.client()
			if err != nil {
				return err
			}
			return c.backup(cmd.Context(), cmd.OutOrStdout())
		},
	}
	r.flags(cmd)
	cmd.Flags().StringVar(&path, "storage.path", "", "store to copy that no daemon has open")
	return cmd
}

// backup asks the daemon.
func (c *client) backup(ctx context.Context, out io.Writer) error {
	var answer struct {
		Path string `json:"path"`
	}
	body, err := c.within(ctx, backupTimeout, http.MethodPost, "/api/v1/backup", nil, nil)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return exitError{codeFailed, fmt.Errorf("slamon answered with something else than a backup: %w", err)}
	}
	say(out, "backup made and verified: %s\n", answer.Path)
	return nil
}

// backupOffline copies a store that nobody has open. Opening it first puts what a
// crash left behind in order.
func backupOffline(ctx context.Context, out io.Writer, path, to string) error {
	if _, err := store.Verify(ctx, path); err != nil {
		if errors.Is(err, store.ErrLocked) {
			err = fmt.Errorf("%w\ntry: slamon backup, without --storage.path, which asks the running daemon", err)
		}
		return exitError{codeFailed, err}
	}
	s, err := store.Open(path, store.Options{})
	if err != nil {
		return exitError{codeFailed, err}
	}
	if err := errors.Join(s.Backup(ctx, to), s.Close()); err != nil {
		return exitError{codeFailed, err}
	}
	say(out, "backup made and verified: %s\n", to)
	return nil
}

// storagePath returns the path of the store: the flag's, else the file's.
func storagePath(flag, configFile string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	cfg, err := config.Load(configFile)
	if err != nil {
		return "", exitError{codeUsage, fmt.Errorf("%w\ntry: --storage.path, to do without a configuration file", err)}
	}
	return cfg.Storage.Path, nil
}
