"""What products and sites may be, and which subjects nothing may name, in which languages."""

import re
from pathlib import Path

import pytest

from graph.errors import SchemeInvalid, SettingInvalid
from graph.policy import categories, scheme
from graph.policy.categories import refusal, shipped_categories, subjects
from tests.strategies import make_scheme

HEALTH, FAITH, POLITICS = "health", "religion or belief", "political opinions"
UNION, SEX, BIOMETRICS = "membership of a trade union", "sex life or orientation", "biometric features"
ORIGIN, GENES, CRIME = "racial or ethnic origin", "genetic features", "crimes and convictions"
SUBJECTS = (HEALTH, FAITH, POLITICS, UNION, SEX, BIOMETRICS, ORIGIN, GENES, CRIME)

# One text for each subject, in the order of SUBJECTS: as somebody might name a category, a kind or an id.
HITS = {
    "en": "diabetes-care,church-donations,election-campaigns,trade-union-dues,sexual-wellness,fingerprint-readers,"
    "ethnic-groups,DNA-tests,criminal-records",
    "de": "Krankenkassen,Kirchensteuern,Parteispenden,Gewerkschaftsbeitrag,Erotikartikel,Fingerabdrücke,"
    "Hautfarben,Gentests,Vorstrafen",
    "fr": "Hôpitaux,églises,politique locale,syndicats,contraception,empreintes digitales,ethnie,génétique,"
    "casier judiciaire",
    "es": "clínicas,iglesias,elecciones,cuota sindical,preservativos,huellas dactilares,étnico,ADN,"
    "antecedentes penales",
    "it": "ospedali,moschee,elezioni,sindacato,omosessuali,impronte digitali,etnica,genetica,reati",
    "pt": "doenças,igrejas,eleições,sindicatos,camisinhas,impressões digitais,etnias,genética,prisões",
    "pl": "lekarze,kościoły,wybory,związek zawodowy,erotyka,odciski palców,etniczność,genetyka,karalność",
    "ru": "больницы,церковь,выборы,профсоюзы,эротика,отпечатки пальцев,этническая,генетика,судимость",
    "zh": "北京医院,宗教用品,政治书籍,工会会费,性生活用品,指纹识别,少数民族,基因检测,犯罪记录",
    "ar": "المستشفى,الدين,السياسة,نقابة,جنسي,بصمات,عرقية,وراثية,جرائم",
    "tr": "Sağlık,İbadethane,SİYASET,sendikalar,cinsellik,parmak izi,etnik,kalıtım,sabıka kaydı",
    "hi": "स्वास्थ्य सेवा,मंदिर दान,राजनीति,मजदूर संघ,यौन,बायोमेट्रिक,जातीय,आनुवंशिकी,अपराध",
    # A slug has Latin letters only, so this is how such a category would come in.
    "ru as it sounds": "zdorovye,pravoslavie,politika,profsoyuz,seks,biometriya,etnicheskaya,genetika,sudimost",
    "zh as it sounds": "yiyuan,zongjiao,zhengzhi,gonghui,seqing,zhiwen,minzu,jiyin,fanzui",
    "ar as it sounds": "mustashfa,masjid,siyasa,naqaba,jinsi,basmat,irqiya,wirathiya,jarima",
    "hi as it sounds": "aspatal,mandir,chunav,mazdoor-sangh,yaun,biometrik,jaatiya,anuvanshiki,apradh",
}
# What looks like a refused word and is none.
FRIENDS = """
party-supplies union-square credit-union european-union unions syndicated-news onion-rings insurance-policy
penalty-fee crimea-tours electronics electric-vehicles communication community social-media activision
jewellery christmas-trees mosquito-nets template islamabad-rugs churchill-china hindustan-motors pastoral
pasta hospitality aloe-vera Drogerie enceinte-bluetooth sports-massage foie-gras medieval-books telepathy
cast-iron sextant essex-tours condominium gender-reveal accident spray-paint race-bikes polish-pottery ethics
general-store generic-brands orthogonal carbon bibliothèque biblioteka библиотека parole-chiave partite
Auswahl basmati-rice 手工 电脑 кабинет билеты дом dinner araba كتاب किताब जूता
""".split()  # noqa: SIM905


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        pytest.param(text, subject, id=f"{language}-{subject}")
        for language, texts in HITS.items()
        for text, subject in zip(texts.split(","), SUBJECTS, strict=True)
    ],
)
def test_a_refused_subject_is_recognised_in_every_language(text: str, subject: str) -> None:
    assert refusal(text) == subject
    assert refusal(f"made-up-{text}-1") == subject, "also among other words"


@pytest.mark.parametrize("text", FRIENDS)
def test_a_word_that_only_looks_like_a_refused_one_passes(text: str) -> None:
    assert refusal(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "TRADE UNION",
        "Trade_Union",
        "tradeUnion",
        "tradeunion",
        "trade.union/2026",
        "ｔｒａｄｅ－ｕｎｉｏｎ",
        "tra\u00adde-un\u200bion",
        "trádè-ünion",
        "7trade8union9",
    ],
)
def test_case_accents_width_digits_and_separators_hide_nothing(text: str) -> None:
    assert refusal(text) == UNION


def test_every_subject_has_words_in_every_language_and_each_of_them_is_recognised() -> None:
    languages = {language.split()[0] for language in HITS}
    listed = subjects()
    assert len(listed) == len(SUBJECTS)
    for subject, table in listed.items():
        assert set(table) == languages, subject
        for words in table.values():
            assert words
            # A word may belong to two subjects, and is found under the one that comes first in the file.
            assert all(refusal(word.rstrip("*")) for word in words), (subject, words)


def test_the_shipped_categories_are_slugs_that_name_no_refused_subject() -> None:
    neutral = shipped_categories().neutral
    assert {"groceries", "household", "electronics"} <= set(neutral)
    assert not {"health", "pharmacy", "religion", "dating"} & set(neutral)
    assert [slug for slug in neutral if refusal(slug) or slug != slug.lower() or len(slug) > 40] == []


def test_every_shipped_category_is_documented_with_what_it_is_and_no_other_is() -> None:
    page = (Path(__file__).parents[2] / "docs" / "loading.md").read_text(encoding="utf-8")
    below = page.split("### Categories")[1].partition("\n#")[0]
    assert dict(re.findall(r"^\| `(.*)` \| (.*) \|$", below, re.MULTILINE)) == shipped_categories().neutral


def further(directory: Path, text: str) -> Path:
    path = directory / "further.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_operator_can_add_neutral_categories(tmp_path: Path) -> None:
    file = further(tmp_path, '[categories]\nboats = "boats and what they need"\n')
    known = categories.read(file).neutral
    assert known == shipped_categories().neutral | {"boats": "boats and what they need"}
    assert categories.read(None) == shipped_categories()


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ('[categories]\nhealth-food = "x"', "categories.health-food", "refused: it says something of health"),
        ('[categories]\nParteispenden = "x"', "categories.Parteispenden", "political opinions"),
        ('[categories]\n"工会" = "x"', "categories.工会", "trade union"),
        ('[categories]\n"Boats" = "x"', "categories.Boats", "not a slug"),
        ('[categories]\n"a--b" = "x"', "categories.a--b", "not a slug"),
        ('[categories]\n"boats\\n" = "x"', "categories.boats\n", "not a slug"),
        (f'[categories]\n{"b" * 41} = "x"', f"categories.{'b' * 41}", "at most 40"),
        ('[categories]\nboats = " "', "categories.boats", "what it is"),
        ("[categories]\nboats = 1", "categories.boats", "what it is"),
        ("categories = []", "categories", "a table"),
        ("", "categories", "a table"),
        ('[category]\nboats = "x"', "category", "unknown key"),
        ("[categories", "", "not TOML"),
    ],
)
def test_a_file_of_categories_that_does_not_hold_is_refused_by_its_key(
    text: str, key: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(SchemeInvalid, match=message) as caught:
        categories.read(further(tmp_path, text))
    assert (caught.value.file, caught.value.key) == (str(tmp_path / "further.toml"), key)


def test_a_file_of_categories_that_is_not_there_is_a_setting_that_does_not_hold(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match=r"INNERCIRCLE_CATEGORIES='.*nowhere\.toml': cannot be read"):
        categories.read(tmp_path / "nowhere.toml")
    (tmp_path / "latin.toml").write_bytes(b"\xe9")
    with pytest.raises(SettingInvalid, match="cannot be read"):
        categories.read(tmp_path / "latin.toml")


# Policies ----------------------------------------------------------------------------------------------


def policy(directory: Path, category: str) -> Path:
    path = directory / "policy.toml"
    text = make_scheme().text.replace("groceries = ", f'"{category}" = ', 1)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("category", ["health", "syndicats", "宗教"])
def test_a_policy_that_gives_a_value_to_a_refused_category_does_not_hold(category: str, tmp_path: Path) -> None:
    path = policy(tmp_path, category)
    with pytest.raises(SchemeInvalid, match="refused: it says something of") as caught:
        scheme.read(path)
    assert caught.value.key == f"factors.purchases.values.{category}"
    with pytest.raises(SchemeInvalid, match="refused"):  # nor one that is on record
        scheme.parse(path.read_text(encoding="utf-8"), "on record")


def test_a_policy_that_gives_a_value_to_an_unknown_category_does_not_hold(tmp_path: Path) -> None:
    with pytest.raises(SchemeInvalid, match="not a neutral category") as caught:
        scheme.read(policy(tmp_path, "boats"))
    assert caught.value.key == "factors.purchases.values.boats"


def test_a_policy_may_use_the_categories_that_an_operator_added(tmp_path: Path) -> None:
    known = categories.read(further(tmp_path, '[categories]\nboats = "x"\n'))
    checked = scheme.read(policy(tmp_path, "boats"), known)
    # Once published it holds, whatever becomes of the operator's file.
    assert scheme.parse(checked.text, "on record") == checked


@pytest.mark.parametrize("name", scheme.shipped())
def test_a_shipped_policy_values_neutral_categories_only(name: str) -> None:
    for factor in scheme.read(name).factors.named().values():
        assert set(getattr(factor, "values", ())) <= set(shipped_categories().neutral)
