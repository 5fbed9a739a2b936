package daemon

import (
	"context"
	"fmt"
	"time"

	"github.com/slamon/slamon/status"
)

// backupLook is how often the clock is asked whether a backup is due. The next
// one counts from the last that succeeded, also over restarts.
const backupLook = time.Minute

// runBackups makes a verified backup every storage.backup_every.
func (d *Daemon) runBackups(ctx context.Context) error {
	for {
		cfg := d.config.Load().Storage
		if cfg.BackupDirectory != "" && time.Since(d.store.Stats().LastBackup) >= cfg.BackupEvery {
			if _, err := d.backupNow(ctx); err != nil && ctx.Err() == nil {
				d.log.Error("backup failed", "directory", cfg.BackupDirectory, "error", err)
			}
		}
		if !wait(ctx, backupLook, nil) {
			return nil
		}
	}
}

// backupNow makes one backup, opens it as a scratch file and checks it. The
// outcome is shown on the page and in a metric.
func (d *Daemon) backupNow(ctx context.Context) (string, error) {
	cfg := d.config.Load().Storage
	if cfg.BackupDirectory == "" {
		return "", errBackupOff
	}
	path, err := d.store.BackupInto(ctx, cfg.BackupDirectory, cfg.BackupsKept, time.Now())
	if err == nil {
		d.event(status.Event{At: time.Now(), Kind: "backup", Text: path})
	}
	return path, err
}

// errBackupOff is the answer to a backup by hand when no directory is named.
var errBackupOff = fmt.Errorf("no backup directory is configured\ntry: backup_directory = \"/var/backups/slamon\" under [storage]")
