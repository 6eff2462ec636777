"""Invented names, as many kinds of them as a school in California has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

FEMALE, MALE = "female", "male"


@dataclass(frozen=True, slots=True)
class Pool:
    """Names that go together, and the language that is mostly spoken with them."""

    share: int
    language: str
    given: tuple[tuple[str, ...], tuple[str, ...]]  # girls', boys'
    family: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A drawn name; `language` is the family's."""

    given: str
    family: str
    middle: str | None
    preferred: str | None
    sex: str
    language: str


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _pool(share: int, language: str, girls: str, boys: str, family: str) -> Pool:
    given = (_words(girls), _words(boys))
    return Pool(share, language, given, tuple(family.split(", ")))


POOLS = (
    _pool(
        44,
        "es",
        "Sofía Camila Valentina Isabella Ximena Daniela Renata Lucía Mariana Elena Paola Itzel "
        "Araceli Noemí Yaretzi Julieta Marisol Abril Fernanda Jimena",
        "Diego Santiago Sebastián Emiliano Ángel Joaquín Iker Nicolás Adrián Rafael Andrés Tadeo "
        "Gael Bruno Hugo Saúl Efraín Leonel Matías Ulises",
        "García, Hernández, López, Ramírez, Flores, Vásquez, Morales, Ortiz, Ibáñez, Peña, Núñez, "
        "Cárdenas, Salgado, Quintero, Zamora, Rojas, Escobedo, Villaseñor, Mejía, Ávila, Lozano, "
        "de la Rosa, Montaño, Trejo",
    ),
    _pool(
        22,
        "en",
        "Harper Nora Ivy Clara Ruby Hazel Maeve Tessa Willa June Piper Audrey Zoë Eleanor",
        "Owen Miles Theodore Jasper Finn Caleb Wyatt Everett Silas Oscar Felix Beckett Benjamin",
        "Whitaker, Hollis, Caldwell, Mercer, Ashby, Lockwood, Pruitt, Sutter, O'Dell, "
        "McCrae, Tillman, Rusk, Farrow, Kessler, Thorne, Yates, Beckwith",
    ),
    _pool(
        8,
        "en",
        "Amara Imani Nia Zuri Aaliyah Kiara Simone Ebony",
        "Malik Jabari De'Andre Tyrell Darius Kofi Isaiah Amari",
        "Banks, Okoye, Broussard, Gaines, Tolliver, Mensah, Bledsoe, Whitfield, Adeyemi-Cole",
    ),
    _pool(5, "vi", "Linh Mai Thảo Vy", "Minh Khôi Bảo Long", "Nguyễn, Trần, Lê, Phạm, Đặng, Võ"),
    _pool(
        5, "zh", "Mei Lian Xinyi Jia", "Wei Haoran Jun Ming", "Chen, Liu, Zhang, Huang, Zhou, Wu"
    ),
    _pool(3, "ko", "Seo-yeon Ji-woo Ha-eun", "Min-jun Do-yun Joon", "Kim, Choi, Jung, Han"),
    _pool(
        5,
        "tl",
        "Tala Ligaya Althea Mayumi",
        "Jericho Gab Enzo Kidlat",
        "Dela Cruz, Santos, Reyes, Manalo, Pangilinan",
    ),
    _pool(
        4,
        "en",
        "Anika Diya Meera Kavya",
        "Arjun Rohan Vihaan Kabir",
        "Iyer, Desai, Rao, Chowdhury, Bhatt",
    ),
    _pool(2, "ar", "Layla Yasmin Noor", "Omar Yusuf Karim", "Mansour, Khoury, El-Amin, Farsi"),
    _pool(
        2,
        "en",
        "Astrid Saga Zofia",
        "Bjørn Åke Łukasz",
        "Ødegaard, Lindqvist, Wójcik, Kovář, Sørensen",
    ),
)

CALLED = {  # what some who are named so are called
    "Santiago": "Santi",
    "Sebastián": "Seb",
    "Nicolás": "Nico",
    "Isabella": "Bella",
    "Valentina": "Vale",
    "Emiliano": "Emi",
    "Theodore": "Theo",
    "Isaiah": "Zay",
    "Eleanor": "Ellie",
    "Benjamin": "Ben",
    "Fernanda": "Fer",
}

TEACHERS = _words(
    "Abernathy Bianchi Castellano Dunmore Ekström Fairbanks Grayling Hobart Ives Jablonski Lamont "
    "Kowalczyk Marchetti Northcott Oyelaran Prescott Quimby Rosenthal Stavros Thackeray Underhill "
    "Varga Winslow Yamada Zielinski"
)
FIRST = _words("Carol Denise Elias Frank Gloria Hector Irene Joyce Keith Laura Martin Nadia Paul")
GUARDIANS = _words(
    "Alma Beatriz Carla Dina Estela Farid Gina Hilda Ilse Jonas Karla Lena Marco Nadim Olga Pia "
    "Quentin Rosa Stefan Tariq Uma Viktor Wanda Yolanda"
)


def drawn(rng: Random) -> Iterator[Named]:
    """Names without end; a tenth of the families carry two."""
    shares = [pool.share for pool in POOLS]
    while True:
        pool = rng.choices(POOLS, shares)[0]
        side = rng.randrange(2)
        given, middle = rng.sample(pool.given[side], 2)
        one, other = rng.sample(pool.family, 2)
        yield Named(
            given=given,
            family=f"{one}{rng.choice('- ')}{other}" if rng.random() < 0.1 else one,
            middle=middle if rng.random() < 0.35 else None,
            preferred=CALLED.get(given) if rng.random() < 0.5 else None,
            sex=(FEMALE, MALE)[side],
            language=pool.language if rng.random() < 0.6 else "en",
        )
