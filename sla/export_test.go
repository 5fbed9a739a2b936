package sla

import "time"

// ParseRuleForStories is set by the tests outside the package: the configuration,
// which reads rules, imports this package.
var ParseRuleForStories func(name string, data []byte, zone *time.Location) (*Rule, error)
