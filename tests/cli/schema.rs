use boon::{Compiler, Draft, Schemas};
use serde_json::{Value as Json, json};

use crate::place::{Place, reviewed, with};

/// Whether a value is valid by a schema, or why not.
fn valid(schema: &Json, value: &Json) -> Result<(), String> {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.set_default_draft(Draft::V2020_12);
    // Numbers as other readers have them, not with the digits that they were written with.
    let plain = |json: &Json| serde_json::from_str::<Json>(&json.to_string()).unwrap();
    compiler.add_resource("schema.json", plain(schema)).unwrap();
    let index = compiler.compile("schema.json", &mut schemas).unwrap();
    schemas.validate(&plain(value), index).map_err(|error| error.to_string())
}

#[test]
fn samples_are_valid_by_the_schema_of_their_kind() {
    let place = Place::new();
    for (kind, locale) in [
        ("verification_code", "zh-CN"),
        ("verification_link", "en"),
        ("reset_password", "en"),
        ("notification", "zh-CN"),
    ] {
        let schema = place.run(["schema", kind]).exits(0).json();
        for sample in ["typical", "minimal", "longest", "hostile"] {
            let args = ["send", kind, "--to", "a@example.com", "--locale", locale];
            let path = place.run(with(args, ["--sample", sample])).exits(0).text();
            let about = std::fs::read(path.trim_end().replace(".eml", ".json")).unwrap();
            let vars = serde_json::from_slice::<Json>(&about).unwrap()["vars"].clone();
            assert_eq!(valid(&schema, &vars), Ok(()), "{kind} {sample}: {vars:#}");
        }
    }
}

#[test]
fn the_schema_refuses_what_the_check_refuses() {
    let place = Place::new();
    let schema = place.run(["schema", "verification_code"]).exits(0);
    reviewed("schema_kind", &[&schema]);
    let schema = schema.json();
    for vars in [
        json!({}),
        json!({"code": 483920}),
        json!({"code": "48"}),
        json!({"code": "1234\n"}),
        json!({"code": "1234", "cod": "1"}),
        json!({"code": "1234", "purpose": "other"}),
        json!({"code": "1234", "user_name": 7}),
        json!({"code": "1234", "expires_in": -1}),
    ] {
        assert!(valid(&schema, &vars).is_err(), "schema takes {vars}");
        place.write("vars.json", vars.to_string());
        place.run(["render", "verification_code", "--vars", "vars.json"]).exits(1);
    }
    for vars in [json!({"code": "1234"}), json!({"code": "1234", "expires_in": "10m"})] {
        assert_eq!(valid(&schema, &vars), Ok(()), "{vars}");
        place.write("vars.json", vars.to_string());
        place.run(["render", "verification_code", "--vars", "vars.json"]).exits(0);
    }
    place.run(["schema", "verification_cod"]).exits(1);
    place.run(["schema"]).exits(2);
}

#[test]
fn the_shipped_files_are_valid_by_the_schemas_for_editors() {
    let place = Place::with_project();
    let schema = |file| place.run(["schema", "--file", file]).exits(0).json();
    let yaml = |name: &str| serde_yaml::from_str::<Json>(&place.read(name)).unwrap();
    let message = schema("message");
    for kind in ["verification_code", "verification_link", "reset_password", "notification"] {
        let file = yaml(&format!("templates/{kind}/message.yaml"));
        assert_eq!(valid(&message, &file), Ok(()), "{kind}");
    }
    assert_eq!(valid(&schema("brand"), &yaml("templates/brand.yaml")), Ok(()));
    assert_eq!(valid(&schema("project"), &yaml("hongyan.yaml")), Ok(()));
    for locale in ["zh-CN", "en"] {
        assert_eq!(valid(&schema("locale"), &yaml(&format!("locales/{locale}.yaml"))), Ok(()));
    }
    let unknown = json!({"description": "x", "categroy": "security"});
    assert!(valid(&message, &unknown).is_err());
    assert!(valid(&schema("project"), &json!({"local": {}})).is_err());
    place.run(["schema", "--file", "other"]).exits(2);
}

const TRANSPORTS: &str = r#"
transports:
  main: { provider: qq, user: "${SMTP_USER}", password: "${SMTP_PASSWORD}", from: "名称 <a@qq.com>" }
  netease: { provider: 163, user: a@163.com, password: "${NETEASE_PASSWORD}" }
  relay:
    host: mail.example.com
    port: 587
    tls: starttls
    user: me@example.com
    oauth_token: ${RELAY_TOKEN}
    ca_file: ca.pem
    pace: 1/6s
    connections: 2
    quota: { per_day: 500, zone: Asia/Shanghai, reserve_for_security: 50 }
    dkim: { selector: s1, domain: example.com, key_file: keys/dkim.pem }
    images: { hosted: https://cdn.example.com/mail/ }
  directmail:
    provider: aliyun
    region: cn-hangzhou
    access_key_id: ${ALIYUN_ACCESS_KEY_ID}
    access_key_secret: ${ALIYUN_ACCESS_KEY_SECRET}
    account_name: no-reply@mail.example.com
  box: { provider: inbox, folder: caught }
routes:
  - { category: security, via: [main, directmail] }
  - { kind: notification, domains: [qq.com, 例子.测试], via: [relay] }
  - { via: [main, 163] }
"#;

#[test]
fn the_schema_of_transports_and_routes_takes_what_is_read() {
    let place = Place::new();
    let schema = place.run(["schema", "--file", "project"]).exits(0).json();
    let yaml = |text: &str| serde_yaml::from_str::<Json>(text).unwrap();
    assert_eq!(valid(&schema, &yaml(TRANSPORTS)), Ok(()));
    for wrong in [
        "transports: { a: { provider: qq, password: hunter2 } }",
        "transports: { a: { provider: qq, prot: 465 } }",
        "transports: { a: { provider: gamil } }",
        "transports: { a: { user: me } }",
        "transports: { a: { provider: qq, tls: ssl } }",
        "transports: { a: { provider: qq, port: 0 } }",
        "transports: { a: { provider: qq, pace: 6s } }",
        "transports: { a: { provider: qq, connections: 0 } }",
        "transports: { a: { provider: qq, quota: { zone: Asia/Shanghai } } }",
        "transports: { a: { provider: qq, dkim: { selector: s1 } } }",
        "transports: { a: { provider: file, images: { hosted: http://example.com/ } } }",
        "transports: { a: { provider: inbox, pace: 1/6s } }",
        "transports: { a: { provider: aliyun, password: \"${X}\" } }",
        "transports: { a: { provider: aliyun } }",
        "transports: { 阿里云: { provider: inbox } }",
        "transports: [a]",
        "routes: []",
        "routes: { via: [a] }",
        "routes: [{ via: [] }]",
        "routes: [{ via: a }]",
        "routes: [{ via: [a, a] }]",
        "routes: [{ category: securty, via: [a] }]",
        "routes: [{ domains: [\"@qq.com\"], via: [a] }]",
        "routes: [{ kind: notification }]",
    ] {
        assert!(valid(&schema, &yaml(wrong)).is_err(), "schema takes {wrong}");
    }
}
