package main

// The exit codes, the same for every command.
const (
	codeFine       = 0 // fine, or the claim is met
	codeBreached   = 1
	codeUsage      = 2 // flags, arguments, configuration, unreadable input
	codeCannotTell = 3
	codeFailed     = 4 // anything else
)

// exitError carries the exit code out of a command. A nil err means that all has
// been said already.
type exitError struct {
	code int
	err  error
}

// Error returns the text of the cause, or nothing.
func (e exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

// Unwrap returns the cause.
func (e exitError) Unwrap() error { return e.err }
