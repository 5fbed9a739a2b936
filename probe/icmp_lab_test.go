//go:build linux

package probe

import (
	"context"
	"net"
	"os"
	"runtime"
	"sync"
	"testing"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"

	"github.com/slamon/slamon/check"
)

// lab is a network of its own whose only host does not answer echo requests by
// itself: a test does, as it likes. Sockets stay in the network that they were
// opened in.
type lab struct {
	pings *pinger
	conn  net.PacketConn // takes the requests and sends what the test wants

	v6     bool
	kernel bool // answers
}

// request is one echo request that came in.
type request struct {
	lab  *lab
	echo *icmp.Echo
	from net.Addr
}

// alone runs f on a thread of its own, in a network of its own.
func alone(t testing.TB, f func() error) {
	t.Helper()
	ended := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			ended <- os.NewSyscallError("unshare", err)
			return
		}
		ended <- f()
	}()
	err := <-ended
	if os.IsPermission(err) {
		absent(t, "a network of its own needs root: "+err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// newLab opens the sockets: unprivileged if wanted, else raw. Without an answer the
// kernel answers as usual.
func newLab(t testing.TB, v6, unprivileged bool, answer func(request)) *lab {
	t.Helper()
	l := &lab{pings: new(pinger), v6: v6, kernel: answer == nil}
	alone(t, func() error { return l.open(unprivileged) })
	if link, _ := l.pings.link(v6); link.socket.raw == unprivileged {
		t.Fatalf("raw = %v, want %v", link.socket.raw, !unprivileged)
	}
	t.Cleanup(l.pings.close)
	if l.kernel {
		return l
	}
	var wg sync.WaitGroup
	wg.Go(func() { l.serve(answer) })
	t.Cleanup(func() {
		l.conn.Close()
		wg.Wait()
	})
	return l
}

func (l *lab) open(unprivileged bool) error {
	settings := map[string]string{"/proc/sys/net/ipv4/ping_group_range": "1 0"}
	if unprivileged {
		settings["/proc/sys/net/ipv4/ping_group_range"] = "0 2147483647"
	}
	if !l.kernel {
		settings["/proc/sys/net/ipv4/icmp_echo_ignore_all"] = "1"
		settings["/proc/sys/net/ipv6/icmp/echo_ignore_all"] = "1"
	}
	if err := loopbackUp(); err != nil {
		return err
	}
	for file, value := range settings {
		if err := os.WriteFile(file, []byte(value), 0); err != nil {
			return err
		}
	}
	if _, err := l.pings.link(l.v6); err != nil || l.kernel {
		return err
	}
	network, address := "ip4:icmp", "127.0.0.1"
	if l.v6 {
		network, address = "ip6:ipv6-icmp", "::1"
	}
	var err error
	l.conn, err = net.ListenPacket(network, address)
	return err
}

func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo)
}

func (l *lab) protocol() int {
	if l.v6 {
		return protocolICMPv6
	}
	return protocolICMP
}

func (l *lab) serve(answer func(request)) {
	buffer := make([]byte, 2048)
	for {
		n, from, err := l.conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		m, err := icmp.ParseMessage(l.protocol(), buffer[:n])
		if err != nil || m.Type != ipv4.ICMPTypeEcho && m.Type != ipv6.ICMPTypeEchoRequest {
			continue
		}
		echo := *m.Body.(*icmp.Echo)
		echo.Data = append([]byte(nil), echo.Data...)
		answer(request{l, &echo, from})
	}
}

// send sends a message to whoever asked.
func (r request) send(kind4, kind6 icmp.Type, code int, body icmp.MessageBody) {
	m := icmp.Message{Type: kind4, Code: code, Body: body}
	if r.lab.v6 {
		m.Type = kind6
	}
	b, err := m.Marshal(nil)
	if err != nil {
		panic(err)
	}
	r.lab.conn.WriteTo(b, r.from)
}

func (r request) reply() { r.replyWith(*r.echo) }

func (r request) replyWith(e icmp.Echo) {
	r.send(ipv4.ICMPTypeEchoReply, ipv6.ICMPTypeEchoReply, 0, &e)
}

// complain says that the host is unreachable, as a router does.
func (r request) complain() {
	code := 1 // host unreachable
	if r.lab.v6 {
		code = 3 // address unreachable
	}
	r.send(ipv4.ICMPTypeDestinationUnreachable, ipv6.ICMPTypeDestinationUnreachable, code, &icmp.DstUnreach{Data: r.quote()})
}

// quote is the request as it went by: an IP header and the ICMP message.
func (r request) quote() []byte {
	m := icmp.Message{Type: ipv4.ICMPTypeEcho, Body: r.echo}
	if r.lab.v6 {
		m.Type = ipv6.ICMPTypeEchoRequest
	}
	message, err := m.Marshal(nil)
	if err != nil {
		panic(err)
	}
	if r.lab.v6 {
		header := make([]byte, ipv6.HeaderLen)
		header[0], header[6], header[7] = 6<<4, protocolICMPv6, 64
		header[5] = byte(len(message))
		header[23], header[39] = 1, 1 // from ::1 to ::1
		return append(header, message...)
	}
	header := make([]byte, ipv4.HeaderLen)
	header[0], header[3], header[8], header[9] = 4<<4|5, byte(ipv4.HeaderLen+len(message)), 64, protocolICMP
	copy(header[12:], []byte{127, 0, 0, 1, 127, 0, 0, 1})
	return append(header, message...)
}

// ask returns a probe through the lab's sockets.
func (l *lab) ask(t testing.TB, p check.ICMP) func(context.Context) check.Outcome {
	t.Helper()
	p.Host = "127.0.0.1"
	if l.v6 {
		p.Host = "::1"
	}
	probe, err := newICMP(p, l.pings)
	if err != nil {
		t.Fatal(err)
	}
	return probe
}
