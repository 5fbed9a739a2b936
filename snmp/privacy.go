package snmp

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/subtle"
	"encoding/binary"
)

// encrypt returns the encrypted scoped PDU and sets the salt that it was
// encrypted with.
func (s *sealer) encrypt(scoped []byte, boots, seconds uint32, salt *[8]byte) []byte {
	s.salt++
	s.clear = append(s.clear[:0], scoped...)
	if s.preIV == nil {
		binary.BigEndian.PutUint64(salt[:], s.salt)
		s.cfb(s.clear, boots, seconds, salt[:], true)
		return s.clear
	}
	binary.BigEndian.PutUint32(salt[:4], boots)
	binary.BigEndian.PutUint32(salt[4:], uint32(s.salt))
	for len(s.clear)%des.BlockSize != 0 {
		s.clear = append(s.clear, 0)
	}
	cipher.NewCBCEncrypter(s.block, s.desIV(salt[:])).CryptBlocks(s.clear, s.clear)
	return s.clear
}

// decrypt returns the scoped PDU of a message.
func (s *sealer) decrypt(m *sealed) ([]byte, bool) {
	secret, ok := expectOnly(m.data, tagOctets)
	if !ok || len(m.salt) != 8 {
		return nil, false
	}
	s.clear = append(s.clear[:0], secret...)
	if s.preIV == nil {
		s.cfb(s.clear, m.boots, m.seconds, m.salt, false)
		return s.clear, true
	}
	if len(s.clear)%des.BlockSize != 0 {
		return nil, false
	}
	cipher.NewCBCDecrypter(s.block, s.desIV(m.salt)).CryptBlocks(s.clear, s.clear)
	return s.clear, true
}

// desIV is the pre-IV of the key, changed by the salt (RFC 3414 section 8.1.1.1).
func (s *sealer) desIV(salt []byte) []byte {
	iv := make([]byte, des.BlockSize)
	subtle.XORBytes(iv, s.preIV, salt)
	return iv
}

// cfb is the cipher feedback mode of AES with 128 bits, in place (RFC 3826 section
// 3.1.3). The standard library calls its own deprecated, because it does not
// authenticate; here the digest does.
func (s *sealer) cfb(b []byte, boots, seconds uint32, salt []byte, encrypt bool) {
	var feed, key [aes.BlockSize]byte
	binary.BigEndian.PutUint32(feed[0:], boots)
	binary.BigEndian.PutUint32(feed[4:], seconds)
	copy(feed[8:], salt)
	for len(b) > 0 {
		s.block.Encrypt(key[:], feed[:])
		n := min(len(b), aes.BlockSize)
		if !encrypt {
			copy(feed[:], b[:n])
		}
		subtle.XORBytes(b[:n], b[:n], key[:n])
		if encrypt {
			copy(feed[:], b[:n])
		}
		b = b[n:]
	}
}
