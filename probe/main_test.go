package probe

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/slamon/slamon/check"
)

// asServer makes the test program a target for the benchmarks: one in this
// process would have its processor time counted with the probe's.
const asServer = "SLAMON_TEST_AS_SERVER"

func TestMain(m *testing.M) {
	if scheme := os.Getenv(asServer); scheme != "" {
		serve(scheme)
		return
	}
	goleak.VerifyTestMain(m)
}

// serve answers until its standard input ends.
func serve(scheme string) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/room" {
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: "0123456789abcdef"})
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"room":{"id":"r-1","open":true,"members":3}}`+"\n")
			return
		}
		io.WriteString(w, "all is well\n")
	}))
	if scheme == "https" {
		s.EnableHTTP2 = true
		s.StartTLS()
	} else {
		s.Start()
	}
	defer s.Close()
	fmt.Println(s.URL)
	io.Copy(io.Discard, os.Stdin)
}

// otherProcess starts a server and returns its URL.
func otherProcess(t testing.TB, scheme string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), asServer+"="+scheme)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		c.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// unexpected is an outcome as an error.
type unexpected struct{ check.Outcome }

func (u *unexpected) Error() string { return describe(u.Outcome) }

// describe shows an outcome with its evidence.
func describe(o check.Outcome) string {
	if o.Detail == nil {
		return fmt.Sprintf("%s %s, facts %v", o.State, o.Reason, o.Facts)
	}
	e := *o.Detail
	e.Picture = ""
	return fmt.Sprintf("%s %s, facts %v, evidence %+v", o.State, o.Reason, o.Facts, e)
}
