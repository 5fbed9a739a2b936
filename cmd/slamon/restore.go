package main

import (
	"github.com/spf13/cobra"

	"github.com/slamon/slamon/store"
)

func restoreCommand() *cobra.Command {
	var path, configFile string
	cmd := &cobra.Command{
		Use:   "restore [flags] BACKUP",
		Short: "Put a backup in the place of the store",
		Long: `restore verifies a backup, copies it beside the store, verifies the copy, and puts
it in the store's place. The store that was there is kept with ".before-restore"
behind its name. A store that a daemon has open is not touched: stop the daemon
first.

Exit codes: 0 restored; 2 usage or configuration; 4 failed, and nothing changed.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			to, err := storagePath(path, configFile)
			if err != nil {
				return err
			}
			kept, err := store.Restore(cmd.Context(), args[0], to)
			if err != nil {
				return exitError{codeFailed, err}
			}
			say(cmd.OutOrStdout(), "restored and verified: %s\n", to)
			if kept != "" {
				say(cmd.OutOrStdout(), "the store that was there is kept: %s\n", kept)
			}
			return nil
		},
	}
	configFlag(cmd, &configFile)
	cmd.Flags().StringVar(&path, "storage.path", "", "store to put the backup in the place of; storage.path of the file when empty")
	return cmd
}
