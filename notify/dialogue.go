package notify

import (
	"context"
	"fmt"
	"strings"
)

type dialogueKey struct{}

// WithDialogue returns a context under which senders tell what is said in both
// directions, line by line, to people who try out a channel. Passwords are left out.
func WithDialogue(ctx context.Context, say func(line string)) context.Context {
	return context.WithValue(ctx, dialogueKey{}, say)
}

// tell writes a line of the dialogue, if somebody listens.
func tell(ctx context.Context, format string, args ...any) {
	say, ok := ctx.Value(dialogueKey{}).(func(string))
	if !ok {
		return
	}
	for line := range strings.SplitSeq(strings.TrimRight(fmt.Sprintf(format, args...), "\r\n"), "\n") {
		say(strings.TrimRight(line, "\r"))
	}
}

func listens(ctx context.Context) bool {
	_, ok := ctx.Value(dialogueKey{}).(func(string))
	return ok
}
