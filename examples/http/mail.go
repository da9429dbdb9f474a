package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"time"
)

var client = http.Client{Timeout: 10 * time.Second}

// Problem is an answer of RFC 9457: Code is for programs, Detail for people.
type Problem struct {
	Code       string  `json:"code"`
	Title      string  `json:"title"`
	Detail     string  `json:"detail"`
	RetryAfter float64 `json:"retry_after"`
}

func (p Problem) Error() string { return p.Code + ": " + p.Title + " " + p.Detail }

// SendCode returns the id once the mail is durable. The same key never makes a second mail.
func SendCode(to, code, locale, key string) (string, error) {
	body, err := json.Marshal(map[string]any{
		"to": to, "locale": locale, "vars": map[string]any{"code": code, "purpose": "sign_in"},
	})
	if err != nil {
		return "", err
	}
	url := os.Getenv("HONGYAN_URL") + "/v1/kinds/verification_code/messages"
	request, err := http.NewRequest("POST", url, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept-Language", locale)
	request.Header.Set("Idempotency-Key", key)
	if token := os.Getenv("HONGYAN_TOKEN"); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 400 {
		problem := Problem{}
		if err := json.NewDecoder(answer.Body).Decode(&problem); err != nil {
			return "", err
		}
		return "", problem
	}
	accepted := struct{ ID string }{}
	err = json.NewDecoder(answer.Body).Decode(&accepted)
	return accepted.ID, err
}

func main() {
	id, err := SendCode(os.Args[1], os.Args[2], "en", fmt.Sprintf("sign-in-%d", time.Now().UnixNano()))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(id)
}
