package probe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"testing"

	"github.com/slamon/slamon/check"
)

// BenchmarkTransaction compares a transaction of five steps with a loop written by
// hand that does the same: five posts of JSON with cookies over one connection, each
// answer read as JSON and looked at, a value of each used in the next.
func BenchmarkTransaction(b *testing.B) {
	server := otherProcess(b, "http")
	base := check.Text(server)
	var p check.Transaction
	for i := range 5 {
		s := check.TransactionStep{
			Name: fmt.Sprint("step", i), URL: base + "/room", JSON: `{"text":"first"}`,
			JSONMatch: []check.JSONMatch{{Path: "room.open", Equal: "true"}},
			Capture:   []check.Capture{{Name: fmt.Sprint("room", i), JSON: "room.id"}},
		}
		if i > 0 {
			s.URL, s.JSON = base+"/room?id=${room0}", check.Text(fmt.Sprintf(`{"text":"${room%d}"}`, i-1))
		}
		p.Steps = append(p.Steps, s)
	}
	probe := Transaction(p)
	b.Run("probe", measured(func(ctx context.Context) error { return upOrError(probe(ctx)) }))
	b.Run("byhand", measured(func(ctx context.Context) error { return byHand(ctx, server) }))
}

var errClosedRoom = errors.New("the room is not open")

func byHand(ctx context.Context, server string) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Jar: jar, Transport: transport}
	id, query := "first", ""
	for range 5 {
		body, err := json.Marshal(map[string]string{"text": id})
		if err != nil {
			return err
		}
		r, err := http.NewRequestWithContext(ctx, "POST", server+"/room"+query, bytes.NewReader(body))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(r)
		if err != nil {
			return err
		}
		text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
		resp.Body.Close()
		if err != nil {
			return err
		}
		var answer struct {
			Room struct {
				ID   string
				Open bool
			}
		}
		if err := json.Unmarshal(text, &answer); err != nil {
			return err
		}
		if resp.StatusCode != 200 || !answer.Room.Open {
			return errClosedRoom
		}
		id, query = answer.Room.ID, "?id="+answer.Room.ID
	}
	return nil
}
