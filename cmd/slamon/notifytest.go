package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/cmd/slamon/daemon"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/notify"
)

func notifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "notify",
		Short: "Try out how people are reached",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(notifyTestCommand())
	return cmd
}

func notifyTestCommand() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "test CHANNEL",
		Short: "Send a marked test over a channel and print the dialogue",
		Long: `test sends a message that is marked as a test over one channel of the
configuration, and prints what is said in both directions. Passwords and tokens are
left out. It needs no running daemon, and it is one attempt: nothing is kept.

Exit codes: 0 the message was accepted; 2 there is no such channel; 4 it was not
accepted.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := config.Load(file)
			if err != nil {
				return refuse(cmd.ErrOrStderr(), file, err)
			}
			return tryChannel(cmd.Context(), cmd.OutOrStdout(), cfg, alert.Channel(args[0]))
		},
	}
	configFlag(cmd, &file)
	return cmd
}

func tryChannel(ctx context.Context, out io.Writer, cfg *config.Config, id alert.Channel) error {
	ready, err := daemon.Channels(cfg)
	if err != nil {
		return exitError{codeUsage, err}
	}
	channel, ok := ready[id]
	if !ok {
		return exitError{codeUsage, fmt.Errorf("no channel is named %q\ntry: [[notify.channel]] with id = %q in %s", id, id, cfg.File)}
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(channel.Timeout, time.Minute))
	defer cancel()
	ctx = notify.WithDialogue(ctx, func(line string) { say(out, "%s\n", line) })
	m, err := channel.Texts.Apply(notify.Sample(channel.Language))
	if err != nil { // it was tried when the file was read
		return exitError{codeUsage, err}
	}
	begun := time.Now()
	answer, err := channel.Sender.Send(ctx, m)
	took := time.Since(begun).Round(time.Millisecond)
	if err == nil {
		say(out, "\naccepted after %s: %s\n", took, answer)
		return nil
	}
	var f *notify.Failure
	word := "not accepted after %s; slamon would try again: %w"
	if errors.As(err, &f) && f.Permanent {
		word = "refused after %s; slamon would go on to the next channel: %w"
	}
	return exitError{codeFailed, fmt.Errorf(word, took, err)}
}
