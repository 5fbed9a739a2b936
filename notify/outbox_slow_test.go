package notify

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slamon/slamon/alert"
)

// TestSlowToWrite sends a message that takes longer to write than to send is allowed.
func TestSlowToWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const needed = 5 * time.Second // of the 10 that there are
		mail := &script{send: func(ctx context.Context, _ int, _ Message) (string, error) {
			select {
			case <-time.After(needed):
				return "ok", nil
			case <-ctx.Done():
				return "", ctx.Err()
			}
		}}
		told := 0
		b, err := NewOutbox(Options{Ledger: newShelf(), Told: func(Entry) { told++ }, Render: func(n alert.Notice, language string) Message {
			time.Sleep(20 * time.Second)
			return plainMessage(n, language)
		}})
		if err != nil {
			t.Fatal(err)
		}
		b.SetChannels(map[alert.Channel]Channel{"mail": {Sender: mail, Timeout: 10 * time.Second, Language: "en"}})
		if err := b.Add(time.Now(), []alert.Notice{notice("report", "mail")}, nil); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := b.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if told != 1 || mail.tries() != 1 {
			t.Errorf("told %d, after %d attempts, want it told with the first", told, mail.tries())
		}
	})
}
