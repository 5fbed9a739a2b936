package main

import (
	"fmt"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/notify"
)

// channels makes the senders of a configuration. A template that fails is found here.
func channels(cfg *config.Config) (map[alert.Channel]notify.Channel, error) {
	ready := make(map[alert.Channel]notify.Channel, len(cfg.Notify.Channels))
	for _, l := range cfg.Notify.Channels {
		sender, err := notify.New(l)
		if err != nil {
			return nil, config.Complaints{{File: cfg.File, Text: fmt.Sprintf("channel %q: %s", l.ID, err), Remedy: "correct its settings; slamon notify test " + string(l.ID) + " tries it"}}
		}
		ready[l.ID] = notify.Channel{Sender: sender, Timeout: l.Timeout, Language: l.Language}
	}
	return ready, nil
}
