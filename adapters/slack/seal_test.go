package slack

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const (
	keyOne   = "the first key, which is long enough"
	keyTwo   = "the second key, and it's long enough"
	keyThree = "the third key, which nobody lists now"
)

func sealing(t interface{ Fatal(...any) }, secrets ...string) *sealer {
	s, err := newSealer(secrets)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSeal opens with what knows another list of keys what was sealed before.
func TestSeal(t *testing.T) {
	for _, tt := range []struct {
		name         string
		sealed, open []string
		about        string
		stale        bool
		want         error
	}{
		{"the same key", []string{keyOne}, []string{keyOne}, "T1", false, nil},
		{"with spaces and a newline around it", []string{keyOne}, []string{" " + keyOne + "\n"}, "T1", false, nil},
		{"a newer key before it", []string{keyOne}, []string{keyTwo, keyOne}, "T1", true, nil},
		{"an older key behind it", []string{keyTwo, keyOne}, []string{keyTwo}, "T1", false, nil},
		{"another key", []string{keyThree}, []string{keyTwo, keyOne}, "T1", false, errOtherKey},
		{"of another workspace", []string{keyOne}, []string{keyOne}, "T2", false, errTampered},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sealed := sealing(t, tt.sealed...).seal("T1", []byte("xoxb-1"))
			if bytes.Contains(sealed, []byte("xoxb")) {
				t.Error("what was sealed can be read")
			}
			plain, stale, err := sealing(t, tt.open...).open(tt.about, sealed)
			if !errors.Is(err, tt.want) || stale != tt.stale || tt.want == nil && string(plain) != "xoxb-1" {
				t.Errorf("got %q, %v, %v", plain, stale, err)
			}
		})
	}
	if !strings.Contains(errOtherKey.Error(), "SECRET_KEY") {
		t.Error("the error doesn't name the variable")
	}
}

// TestSealedKeys refuses keys that protect nothing.
func TestSealedKeys(t *testing.T) {
	for _, tt := range []struct {
		name    string
		secrets []string
		want    string
	}{
		{"none", nil, "SECRET_KEY is empty"},
		{"spaces", []string{" ", ""}, "SECRET_KEY is empty"},
		{"a short one", []string{keyOne, "secret"}, "SECRET_KEY: a key has at least 32 characters"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := newSealer(tt.secrets); err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "secret;") {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// TestSealProperty has any value come back, and not after any one byte of it was
// changed or cut off.
func TestSealProperty(t *testing.T) {
	s := sealing(t, keyOne, keyTwo)
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		about := rapid.String().Draw(t, "about")
		sealed := s.seal(about, plain)
		if got, stale, err := s.open(about, sealed); err != nil || stale || !bytes.Equal(got, plain) {
			t.Fatalf("comes back as %x, %v, %v", got, stale, err)
		}
		if bytes.Equal(sealed, s.seal(about, plain)) {
			t.Fatal("is sealed the same way twice")
		}
		at := rapid.IntRange(0, len(sealed)-1).Draw(t, "at")
		if got, _, err := s.open(about, sealed[:at]); err == nil {
			t.Fatalf("cut off at %d it opens as %x", at, got)
		}
		if got, _, err := s.open(about+"x", sealed); err == nil {
			t.Fatalf("about something else it opens as %x", got)
		}
		sealed[at] ^= rapid.ByteRange(1, 255).Draw(t, "change")
		if got, _, err := s.open(about, sealed); err == nil {
			t.Fatalf("changed at %d it opens as %x", at, got)
		}
	})
}

func FuzzOpen(f *testing.F) {
	s := sealing(f, keyOne)
	f.Add(s.seal("T1", []byte("xoxb-1")))
	f.Add([]byte{})
	f.Add([]byte{sealVersion, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		if plain, _, err := s.open("T2", data); err == nil {
			t.Errorf("%x opens as %x", data, plain)
		}
	})
}
