package daemon

import (
	"log/slog"
	"sync"
	"time"

	"github.com/slamon/slamon/check"
)

// unreadPause is the least time between two lines about history that cannot be read: one
// damaged page concerns every check whose history lies behind it, at every board.
const unreadPause = time.Minute

// unread tells of history that cannot be read. The zero value is ready.
type unread struct {
	mu   sync.Mutex
	told time.Time
	more int // failures since, of which no line was written
}

func (u *unread) tell(log *slog.Logger, now time.Time, id check.ID, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.told.IsZero() && now.Sub(u.told) < unreadPause {
		u.more++
		return
	}
	log.Error("history cannot be read", "check", id, "error", err, "more_before", u.more)
	u.told, u.more = now, 0
}
