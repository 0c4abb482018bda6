package slack

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
)

// leastSecret is how many characters a key in SECRET_KEY must have.
const leastSecret = 32

const (
	sealVersion = 1 // of what a sealed value looks like
	keyMark     = 4 // bytes that tell which key sealed a value
	sealHead    = 1 + keyMark
)

var (
	errOtherKey = errors.New("it was sealed with a key that SECRET_KEY doesn't list; put that key back, at the end of the list")
	errTampered = errors.New("it isn't what was sealed: somebody changed it, or it belongs elsewhere")
)

// sealer encrypts what others must not read or change, with the first of the
// keys in SECRET_KEY; any of them opens it. A sealed value says which key it is
// by a mark that is derived from it, so that a key that is missing is told from
// a value that somebody changed.
type sealer struct {
	keys []sealKey
}

type sealKey struct {
	mark string
	aead cipher.AEAD
}

// newSealer makes one of the keys as the configuration has them.
func newSealer(secrets []string) (*sealer, error) {
	s := &sealer{}
	for _, secret := range secrets {
		secret = strings.TrimSpace(secret)
		if secret == "" {
			continue
		}
		if len(secret) < leastSecret {
			return nil, fmt.Errorf("SECRET_KEY: a key has at least %d characters; openssl rand -base64 32 makes one", leastSecret)
		}
		k, err := newSealKey(secret)
		if err != nil {
			return nil, fmt.Errorf("SECRET_KEY: %w", err)
		}
		s.keys = append(s.keys, k)
	}
	if len(s.keys) == 0 {
		return nil, errors.New("SECRET_KEY is empty; openssl rand -base64 32 makes a key")
	}
	return s, nil
}

// newFormSealer makes the one for forms on the shelf, which hold what somebody
// filled in and an address at which anybody could answer in the bot's name. Where
// there is no key for that the app's own secrets are: a form that was kept before
// they changed is one that is no longer there.
func newFormSealer(config Config) (*sealer, error) {
	secrets := config.SecretKeys
	if len(secrets) == 0 {
		secrets = []string{strings.Join([]string{config.BotToken, config.AppToken, config.SigningSecret}, " ")}
	}
	s := &sealer{}
	for _, secret := range secrets {
		k, err := newSealKey(strings.TrimSpace(secret))
		if err != nil {
			return nil, fmt.Errorf("seal forms: %w", err)
		}
		s.keys = append(s.keys, k)
	}
	return s, nil
}

func newSealKey(secret string) (sealKey, error) {
	derived, err := hkdf.Key(sha256.New, []byte(secret), nil, "studyhall: what the Slack adapter keeps", 32+keyMark)
	if err != nil {
		return sealKey{}, err
	}
	block, err := aes.NewCipher(derived[:32])
	if err != nil {
		return sealKey{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return sealKey{string(derived[32:]), aead}, err
}

// seal encrypts plain. It opens only as what it is about.
func (s *sealer) seal(about string, plain []byte) []byte {
	k := s.keys[0]
	head := append([]byte{sealVersion}, k.mark...)
	return k.aead.Seal(head, nil, plain, associated(head, about))
}

// open is the opposite of seal. stale says that it wasn't sealed with the first
// key, so that it should be sealed again.
func (s *sealer) open(about string, sealed []byte) (plain []byte, stale bool, err error) {
	if len(sealed) < sealHead || sealed[0] != sealVersion {
		return nil, false, errTampered
	}
	head, rest := sealed[:sealHead], sealed[sealHead:]
	err = errOtherKey
	for n, k := range s.keys {
		if k.mark != string(head[1:]) {
			continue
		}
		if plain, err = k.aead.Open(nil, nil, rest, associated(head, about)); err == nil {
			return plain, n > 0, nil
		}
		err = errTampered
	}
	return nil, false, err
}

// associated is what is authenticated beside a value.
func associated(head []byte, about string) []byte {
	return append(head[:len(head):len(head)], about...)
}
