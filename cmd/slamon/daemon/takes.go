package daemon

import "github.com/slamon/slamon/config"

// Takes says what a daemon would not take of a configuration that config.Load did: it
// makes channels, probes and pollers ready, reads who may sign in, and asks nobody.
func Takes(cfg *config.Config) error {
	if _, err := Channels(cfg); err != nil {
		return err
	}
	if err := askable(cfg); err != nil {
		return err
	}
	return admits(cfg)
}
