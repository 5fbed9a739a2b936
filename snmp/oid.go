package snmp

import (
	"fmt"
	"strconv"
	"strings"
)

// Object identifiers are kept as gosnmp writes them: ".1.3.6.1.2.1.1.3.0".

// maxOID is the most sub-identifiers of an object identifier (RFC 2578 section 3.5).
const maxOID = 128

// ParseOID brings an object identifier in numbers, with or without the leading
// dot, into the form used here.
func ParseOID(text string) (string, error) {
	trimmed := strings.TrimPrefix(text, ".")
	parts := strings.Split(trimmed, ".")
	if len(parts) < 2 || len(parts) > maxOID {
		return "", fmt.Errorf("object %q: want 2 to %d numbers with dots between, such as 1.3.6.1.2.1.1.3.0", text, maxOID)
	}
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 32)
		if err != nil || p != strconv.FormatUint(n, 10) {
			return "", fmt.Errorf("object %q: %q is not a number from 0 to 4294967295", text, p)
		}
		if i == 0 && n > 2 || i == 1 && parts[0] != "2" && n > 39 {
			return "", fmt.Errorf("object %q: starts with %s.%s, which is not possible (X.690 section 8.19)", text, parts[0], parts[1])
		}
	}
	return "." + trimmed, nil
}

// under reports whether oid lies below root.
func under(root, oid string) bool {
	return len(oid) > len(root) && oid[len(root)] == '.' && oid[:len(root)] == root
}

// suffix returns what follows root in oid: the index of a row.
func suffix(root, oid string) string { return oid[len(root)+1:] }

// compare orders object identifiers as agents do, number by number.
func compare(a, b string) int {
	a, b = strings.TrimPrefix(a, "."), strings.TrimPrefix(b, ".")
	for a != "" && b != "" {
		var x, y uint64
		x, a = number(a)
		y, b = number(b)
		if x != y {
			if x < y {
				return -1
			}
			return 1
		}
	}
	return len(a) - len(b) // one of them is empty
}

// number takes the first number off an object identifier.
func number(oid string) (uint64, string) {
	var n uint64
	for i := range len(oid) {
		if oid[i] == '.' {
			return n, oid[i+1:]
		}
		n = n*10 + uint64(oid[i]-'0')
	}
	return n, ""
}
