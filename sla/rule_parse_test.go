package sla_test

import (
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
)

// The stories state their rules as users do.
func init() { sla.ParseRuleForStories = config.ParseRule }
