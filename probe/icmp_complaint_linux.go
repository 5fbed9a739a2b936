package probe

import (
	"encoding/binary"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// complaintsMost bounds one emptying of the error queue, so that a flood of
// forged complaints cannot keep the reader from the replies.
const complaintsMost = 1024

// complaints empties the kernel's error queue of an unprivileged socket.
func (s *echoSocket) complaints(tell func(echoNews, netip.Addr)) {
	if s.raw {
		return
	}
	quote, oob := make([]byte, 128), make([]byte, 512)
	_ = s.fd.Control(func(fd uintptr) {
		for range complaintsMost {
			n, oobn, _, to, err := unix.Recvmsg(int(fd), quote, oob, unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
			if err != nil {
				return
			}
			if news, from, ok := s.complaint(quote[:n], oob[:oobn], to); ok {
				tell(news, from)
			}
		}
	})
}

// complaint reads one entry of the error queue: the request as it was sent, its
// destination, and a struct sock_extended_err with the complainer's address
// behind it (ip(7), IP_RECVERR).
func (s *echoSocket) complaint(quote, oob []byte, to unix.Sockaddr) (echoNews, netip.Addr, bool) {
	news, ok := parseQuotedEcho(s.v6, quote)
	if !ok {
		return echoNews{}, netip.Addr{}, false
	}
	switch to := to.(type) {
	case *unix.SockaddrInet4:
		news.dst = netip.AddrFrom4(to.Addr)
	case *unix.SockaddrInet6:
		news.dst = netip.AddrFrom16(to.Addr)
	}
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return echoNews{}, netip.Addr{}, false
	}
	for _, m := range messages {
		is4 := m.Header.Level == unix.SOL_IP && m.Header.Type == unix.IP_RECVERR
		is6 := m.Header.Level == unix.SOL_IPV6 && m.Header.Type == unix.IPV6_RECVERR
		if (is4 || is6) && len(m.Data) >= extendedErrBytes {
			var from netip.Addr
			news.problem, from = readExtendedErr(s.v6, m.Data)
			return news, from, true
		}
	}
	return echoNews{}, netip.Addr{}, false
}

// extendedErrBytes is the size of a struct sock_extended_err: errno (4 bytes),
// origin, type, code, padding, info (4), data (4).
const extendedErrBytes = 16

func readExtendedErr(v6 bool, data []byte) (problem string, from netip.Addr) {
	errno, origin, kind, code := syscall.Errno(binary.NativeEndian.Uint32(data)), data[4], data[5], data[6]
	if origin != unix.SO_EE_ORIGIN_ICMP && origin != unix.SO_EE_ORIGIN_ICMP6 {
		return errno.Error(), netip.Addr{} // our own kernel complains
	}
	offender := data[extendedErrBytes:]
	switch {
	case v6 && len(offender) >= 24: // struct sockaddr_in6: family, port, flow, address
		from = netip.AddrFrom16([16]byte(offender[8:24]))
	case !v6 && len(offender) >= 8: // struct sockaddr_in: family, port, address
		from = netip.AddrFrom4([4]byte(offender[4:8]))
	}
	return problemWords(v6, kind, code), from
}
